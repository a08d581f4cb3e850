"""The shape of one field in a `standard.toml`, and of its codes."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, field_validator

from standards.headers import fold
from standards.model import FieldType

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "boolean": pl.Boolean(),
    "year": pl.Int32(),
}


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(Frozen):
    """One allowed value and the words that mean it."""

    value: str
    title_de: str = ""
    synonyms: tuple[str, ...] = ()
    level: str = ""
    """Another code of the same level of areas, where the codes are such levels."""


class FieldDef(Frozen):
    """One field. `helper` fields are read to build others and are not published."""

    name: str
    type: FieldType
    title_de: str
    description_de: str
    description_en: str
    unit: str | None = None
    """Unit of the value: `m`, `cm`, `m2`, `eur`, `min`."""
    required: bool = False
    """A row without it is rejected."""
    expected: bool = False
    """A file without such a column is asked about, its rows are kept."""
    minimum: float | None = None
    maximum: float | None = None
    usual: tuple[float, float] | None = None
    """Where the middle of a whole column lies: trunks of 1.2 are metres, not centimetres, whatever one tree may be."""
    codes: tuple[Code, ...] = ()
    closed: bool = True
    """True: only the listed codes are allowed. False: other words stay as they are."""
    synonyms: tuple[str, ...] = ()
    """Other headers for the same thing, best first."""
    resolve: tuple[str, ...] = ()
    """An AGS that the name of the Gemeinde, and its Kreis, in these fields tell where none is written."""
    digits: int | None = None
    """A key of so many digits: a leading zero that a spreadsheet took comes back, anything else is a fault."""
    missing: tuple[str, ...] = ()
    """Words that mean "not known" in this field, such as `0` for a year."""
    fuzzy: bool = True
    helper: bool = False
    coalesce: bool = False
    """All matching columns are used, the first filled one wins."""
    join: tuple[str, ...] = ()
    """Helper fields that together make this one: street, house number, postcode, town."""
    separator: str | None = None
    """Likewise for a list: the different values of the `join` fields, with this between them."""
    span: tuple[str, ...] = ()
    """Two helper fields, from and to, that this one is made of or that belong behind it: `Sa` and 7 to 13 o'clock."""
    minus: tuple[str, ...] = ()
    """Two fields whose difference this is where it has no column of its own."""
    plus: tuple[str, ...] = ()
    """Fields whose sum this is where it has no column of its own and at least two of them have one."""
    compose: tuple[str, ...] = ()
    """Fields (`first|second`: the first that is filled) whose texts, joined by ` · `, say this; `compose_empty` where
    all are empty or say just that."""
    compose_empty: str = ""
    compose_all: str | None = None
    """Pattern of texts that mean everybody and say nothing more."""
    only_with: str | None = None
    """Another field without whose column this one has none."""
    content: str | None = None
    """Pattern that most values of a column must match for its name alone to count."""
    nameless: str | None = None
    """Pattern of all values by which a column without any header is known to be this."""
    named_by: str | None = None
    """A field that this one is the name of: a column with one of `standard.name_words` right behind that field's column
    is it."""
    named_alone: bool = False
    """Such a column is it also where no number stands before it, if no other field wants it more."""
    by_codes: bool = False
    """A column all of whose values are codes of this field is it, whatever its name, if no other column is."""
    is_level: bool = False
    """Its codes are levels of areas that hold one another: a table with several is told so."""
    not_where: str | None = None
    """Pattern of words in the file's name or titles that say the numbers are something else: shares, thousands, seats.
    A person is asked, and no column is used."""
    months: bool = False
    """A date that tells a state: a month stands for its last day."""
    year_of: str | None = None
    """A date field whose year this is where it has no column of its own."""
    date_part: str | None = None
    time_part: str | None = None
    """Helper fields of date and time that together make this moment."""
    from_context: tuple[str, ...] = ()
    """Patterns searched in the file's name, title lines and headers where no column serves; group 1 is the value."""
    by_content: str | None = None
    """Pattern that nearly all values of a column fit that is surely this field, whatever its header says."""
    form: Literal["botanical", "plain_name"] | None = None
    """How a text is written: botanical names without authors, names that are not in capitals throughout."""
    question_de: str | None = None
    """Asked of every file that has such a column: what it says cannot be known here. `{column}` is its header."""
    default: str | None = None
    """What holds for all rows where no column, header or context says the field."""
    free_text: bool = True
    """False: text that may hold telephone numbers or names by its nature is not judged by the privacy gate."""
    example: str = ""

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if not _NAME.match(value):
            raise ValueError(f"a field name is lower case with underscores, not {value!r}")
        return value

    @property
    def composed(self) -> tuple[str, ...]:
        return tuple(name for entry in self.compose for name in entry.split("|"))

    @cached_property
    def code_words(self) -> dict[str, str]:
        """Folded word → code value, of the codelist; the first code that knows a word has it."""
        words: dict[str, str] = {}
        for code in self.codes:
            for word in (code.value, code.title_de, *code.synonyms):
                if fold(word):
                    words.setdefault(fold(word), code.value)
        return words

    @property
    def dtype(self) -> pl.DataType:
        return DTYPES[self.type]
