"""How the command line speaks: JSON on stdout, everything else on stderr. No command lives here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDE = 160  # where nobody looks at a terminal, lines need not be cut


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=None if stream.isatty() else _WIDE)


err = _console(stderr=True)
out = _console(stderr=False)


class CannotError(Exception):
    """A command cannot do what was asked; the message is the one sentence the user sees (exit 2)."""


def plain(value: Any) -> Any:
    """Return `value` as JSON types; dataclasses, pydantic models, paths, enums and dates included."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(item) for key, item in asdict(value).items()}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()) -> Table:
    """Return a table for people; the columns named in `right` are aligned right."""
    shown = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    numeric = set(right)
    for column in columns:
        shown.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(escape(number(cell)) for cell in row))
    return shown


def number(value: object) -> str:
    """Return `value` as text; whole numbers with a thin space between thousands."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", "\u202f")
    return "" if value is None else str(value)
