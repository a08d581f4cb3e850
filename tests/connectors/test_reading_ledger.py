"""Nothing lost in reading: tables in generated dialects, spoilt in generated ways, come back whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.reading import ReadResult, read_table, write_csv
from tests.connectors.reading_ledger import unaccounted

NAMES = ("Nr", "Straße", "Ortsteil", "Höhe in m", "Pflanzjahr", "Betrag", "Träger", "Bemerkung")
TEXTS = (
    "Am Bach 5",
    "Größe, mittel",
    "Süd; Nord",
    "Tilia cordata 'Greenspire'",
    'Haus "Linde"',
    "a|b",
    "ohne",
    "Bäckergasse",
)
DELIMITERS = (";", ",", "\t", "|", "||", "::", ";;", "~|~", "^", "¦", "\x1f", "; ", " ; ")
CODECS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be", "utf-32", "utf-32-le")


@dataclass(frozen=True)
class Sheet:
    """A table as it was meant."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Dialect:
    """How it is written down."""

    delimiter: str
    end: str
    is_all_quoted: bool
    codec: str

    def line(self, cells: tuple[str, ...]) -> str:
        return self.delimiter.join(map(self._cell, cells)) + self.end

    def _cell(self, cell: str) -> str:
        needs = any(sign in cell for sign in ('"', "\n", self.delimiter.strip() or self.delimiter))
        return '"' + cell.replace('"', '""') + '"' if needs or self.is_all_quoted else cell

    def text(self, sheet: Sheet) -> list[str]:
        return [self.line(cells) for cells in (sheet.names, *sheet.rows)]


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A number, a decimal and words; at least six rows, so that a person would know the columns too."""
    count = draw(st.integers(3, 6))
    kinds = ["id", "decimal", *(draw(st.sampled_from(["text", "decimal", "year"])) for _ in range(count - 2))]
    makers = {
        "decimal": st.decimals(0, 999, places=1).map(lambda value: str(value).replace(".", ",")),
        "text": st.sampled_from(TEXTS),
        "year": st.integers(1950, 2026).map(str),
    }
    rows = range(1, draw(st.integers(6, 20)) + 1)
    return Sheet(NAMES[:count], tuple((str(row), *(draw(makers[kind]) for kind in kinds[1:])) for row in rows))


dialects = st.builds(
    Dialect, st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.sampled_from(CODECS)
)
Spoil = Callable[[list[str], Dialect], list[str]]


def titled(lines: list[str], dialect: Dialect) -> list[str]:
    return [f"Verzeichnis der Stadt{dialect.end}", f"Stand: 01.02.2026{dialect.end}", dialect.end, *lines]


def sourced(lines: list[str], dialect: Dialect) -> list[str]:
    return [*lines, dialect.end, f"Quelle: Bauhof{dialect.end}", f"1) ohne Nebenwohnsitze{dialect.end}"]


def paged(lines: list[str], dialect: Dialect) -> list[str]:
    return [*lines[:4], f"Seite 2{dialect.end}", lines[0], *lines[4:]]


def spaced(lines: list[str], dialect: Dialect) -> list[str]:
    return [part for line in lines for part in (line, dialect.end)]


def unended(lines: list[str], dialect: Dialect) -> list[str]:
    return [*lines[:-1], lines[-1].removesuffix(dialect.end)]


def followed(lines: list[str], dialect: Dialect) -> list[str]:
    other = [("Ort", "Einwohner"), ("Hof", "45000"), ("Ulm", "127000")]
    return [*lines, dialect.end, f"Tabelle 2: Orte{dialect.end}", *map(dialect.line, other)]


def commented(lines: list[str], dialect: Dialect) -> list[str]:
    return [f"# erzeugt vom Fachverfahren{dialect.end}", *lines]


def clean(lines: list[str], dialect: Dialect) -> list[str]:
    return lines


SPOILS = (clean, titled, sourced, paged, spaced, unended, followed, commented)


def written(result: ReadResult) -> bytes:
    """The table as `allmende read` writes it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "out.csv"
        write_csv(result, path)
        return path.read_bytes()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheet=sheets(), dialect=dialects, spoils=st.lists(st.sampled_from(SPOILS), min_size=1, max_size=2, unique=True))
def test_reading_ledger_spoilt_tables_come_back_and_every_word_is_accounted_for(
    sheet: Sheet, dialect: Dialect, spoils: list[Spoil]
) -> None:
    """Any dialect, any pollution: the same table; what is not in it is told; written out it reads the same."""
    lines = dialect.text(sheet)
    for spoil in sorted(spoils, key=SPOILS.index):
        lines = spoil(lines, dialect)
    text = "".join(lines)
    result = read_table(text.encode(dialect.codec), filename="liste.csv")
    assert result.frame.columns == list(sheet.names)
    assert [tuple(cell or "" for cell in row) for row in result.frame.rows()] == list(sheet.rows)
    assert not unaccounted(text, result)
    again = read_table(written(result))
    assert again.frame.equals(result.frame)
