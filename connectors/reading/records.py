"""What text and its records are: lines, the dialect that separates cells, where its quotes break the rule.

What does not belong here: choosing the dialect (`dialect`), going through a text (`parser`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")

Record = tuple[int, list[str]]
"""1-based line on which the record starts, and its cells."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated. `delimiter` "" means one column; `escape` is a backslash or None (quotes doubled)."""

    delimiter: str
    quotechar: str | None = None
    escape: str | None = None


@dataclass(slots=True)
class Anomalies:
    """Lines whose quotes do not follow the rule; `give_up` after so many of them (sniffing a wrong dialect)."""

    stray: list[int] = field(default_factory=list)
    unclosed: list[int] = field(default_factory=list)
    give_up: int = 0

    @property
    def is_hopeless(self) -> bool:
        return 0 < self.give_up <= len(self.stray) + len(self.unclosed)


def lines(text: str) -> Iterator[tuple[str, str]]:
    """Content and line end of each line: LF, CRLF and lone CR all end a line."""
    if "\n" in text and text.count("\r") == text.count("\r\n"):
        for line in text.split("\n"):
            yield (line[:-1], "\r\n") if line.endswith("\r") else (line, "\n")
        return
    for match in _LINE.finditer(text):
        yield match.group(1), match.group(2)
