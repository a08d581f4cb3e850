"""What several commands ask for, and the sentences about what cannot be meant. No command lives here."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.output import CannotError

if TYPE_CHECKING:
    from orchestration.platform import Platform
    from standards.definition import Standard

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Undo = Annotated[
    list[str] | None,
    typer.Option(
        help="Take a kind of repair back: KIND, or KIND:COLUMN for one column; several times for several; "
        "`none` takes nothing back. Kept for what a dataset gets later."
    ),
]

Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="Say what a column is: 'Spalte=feld', or 'Spalte=-' for none. May be given several times. Kept for the "
        "publisher and used for its next files.",
    ),
]


def undone(undo: Collection[str] | None) -> frozenset[str]:
    """Return the repairs to take back. Raises `CannotError` for a word that is no kind of repair."""
    from standards.messages import REPAIRS

    undo = [text for text in undo or () if text != "none"]
    unknown = [text for text in undo if text.partition(":")[0] not in REPAIRS]
    if unknown:
        raise CannotError(f"“{unknown[0]}” is no kind of repair. Kinds are: {', '.join(sorted(REPAIRS))}.")
    return frozenset(undo)


def load_platform() -> Platform:
    """Return the rooms' objects, as the settings say."""
    from orchestration.platform import Platform

    return Platform.load()


def known_standards(named: str | None = None) -> dict[str, Standard]:
    """Return the project's standards and those of this installation; where one is named and there is, only that one."""
    from orchestration.settings import load_settings
    from standards.registry import load_named, load_standards

    folders = load_settings().standard_folders
    only = load_named(named, more=folders) if named else None
    return {only.name: only} if only else load_standards(more=folders)


def require_standard(name: str, known: Collection[str]) -> None:
    """Raise `CannotError` where there is no standard of this name."""
    if name not in known:
        raise CannotError(f"There is no standard “{name}”. Known are: {', '.join(sorted(known))}.")


def wrong_ags(ags: str) -> str:
    """Return the sentence about an AGS that no municipality has, with the nearest names."""
    from connectors.register import load_register

    near = load_register().suggest(ags)
    hint = "; did you mean " + ", ".join(f"{one.ags} ({one.name})" for one in near[:3]) + "?" if near else "."
    return f"“{ags}” is no AGS of the German municipality register (8 digits, e.g. 09461000 for Bamberg){hint}"
