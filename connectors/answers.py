"""What a publisher answered about its columns, kept once and used for every later file of the same publisher.

Each answer is one object of the on-premises log, never changed: `landing/<ags>/answers/<UTC time>.json`. The last one
about a column counts; to forget is one more entry. A header is remembered folded, so that `Kr.-Dm` and `KR DM` are the
same column. What does not belong here: what a field is (`standards`), using an answer (`standards.matching`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from connectors.messages import say
from standards.definition import Standard
from standards.headers import fold
from storage.layout import landing_answer, landing_answers
from storage.manifest import Classification
from storage.sites import Sites
from storage.stores import Store

NONE = "-"
"""The field of a column that is none: it is not asked about again."""
_STAMP = "%Y%m%dT%H%M%S%fZ"


class AnswerInvalid(ValueError):
    """An answer that cannot be meant; the message is one German sentence."""

    def __init__(self, message_de: str) -> None:
        super().__init__(message_de)
        self.message_de = message_de


class Answer(BaseModel):
    """One column of one publisher's files under one standard. `field` None: forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    standard: str
    column: str
    """As it stood in the file that was asked about."""
    field: str | None
    answered_at: datetime
    by: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.standard, fold(self.column) or self.column


def parse(maps: Sequence[str]) -> dict[str, str]:
    """`Spalte=feld`, as typed, to column → field; the last `=` parts them. Raises `AnswerInvalid`."""
    told: dict[str, str] = {}
    for text in maps:
        column, sign, name = (part.strip() for part in text.rpartition("="))
        if not sign or not column or not name:
            raise AnswerInvalid(say("map-form", text=text))
        told[column] = name
    return told


def check(told: Mapping[str, str], standard: Standard, columns: Collection[str] | None) -> None:
    """Raise `AnswerInvalid` for a field the standard has not, a column the file has not, or a field told twice."""
    for column, name in told.items():
        if name != NONE and name not in standard.by_name:
            known = ", ".join(standard.by_name)
            raise AnswerInvalid(say("map-field", field=name, standard=standard.name, known=known))
        if columns is not None and column not in columns and fold(column) not in map(fold, columns):
            raise AnswerInvalid(say("map-column", column=column, known=", ".join(columns)))
    names = [name for name in told.values() if name != NONE]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise AnswerInvalid(say("map-twice", field=twice))


def keep(sites: Sites, ags: str, standard: str, told: Mapping[str, str | None], *, by: str = "") -> list[Answer]:
    """Write what is new among the answers; returns those that were written."""
    known = {answer.key: answer for answer in load(sites.onprem, ags)}
    written: list[Answer] = []
    moment = sites.now()
    for number, (column, name) in enumerate(told.items()):
        at = moment + timedelta(microseconds=number)
        answer = Answer(standard=standard, column=column, field=name, answered_at=at, by=by)
        before = known.get(answer.key)
        if (before.field if before else None) == name:
            continue
        key = landing_answer(ags, at.strftime(_STAMP))
        body = answer.model_dump_json().encode()
        sites.write(sites.onprem.site, key, body, classification=Classification.INTERNAL, create=True)
        written.append(answer)
    return written


def load(store: Store, ags: str) -> list[Answer]:
    """What holds now, oldest first."""
    return fold_log(store, (info.key for info in store.list(landing_answers(ags).rstrip("/"))))


def fold_log(store: Store, keys: Iterable[str]) -> list[Answer]:
    """The entries at these keys brought together: the last about each column, without those that were forgotten."""
    held: dict[tuple[str, str], Answer] = {}
    for key in sorted(keys):
        answer = Answer.model_validate_json(store.read(key))
        held[answer.key] = answer
    return [answer for answer in held.values() if answer.field is not None]


def told_of(answers: Iterable[Answer]) -> dict[str, str]:
    """As a receipt keeps them: `<standard>:<column>` → field."""
    return {f"{answer.standard}:{answer.column}": answer.field for answer in answers if answer.field is not None}


def told_for(told: Mapping[str, str], standard: str, known: Collection[str]) -> dict[str, str]:
    """Column → field of a receipt's answers that are about this standard, or about none in particular."""
    found: dict[str, str] = {}
    for key, name in told.items():
        about, sign, column = key.partition(":")
        if sign and about in known:
            if about == standard:
                found[column] = name
        else:
            found.setdefault(key, name)
    return found


def together(kept: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """Answers from before and now: the new one counts, for its column and for its field."""
    columns, names = {fold(column) for column in told}, set(told.values()) - {NONE}
    before = {column: name for column, name in kept.items() if fold(column) not in columns and name not in names}
    return {**before, **told}
