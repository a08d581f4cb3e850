"""Loads the standards: every `<folder>/<name>/standard.toml`, validated. The only file access of the engine."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from standards.definition import Standard

_PACKAGE = Path(__file__).parent
_SHARED = _PACKAGE / "shared_fields"


class StandardInvalid(ValueError):
    """A `standard.toml` that cannot be used: names the file, the key and the fix."""

    def __init__(self, file: Path, key: str, fix: str) -> None:
        super().__init__(f"{file}: {key}: {fix}")
        self.file = file
        self.key = key
        self.fix = fix


def load_standards(folder: Path | None = None, *, more: Sequence[Path] = ()) -> dict[str, Standard]:
    """All standards below `folder` (default: the ones shipped here) and below the folders `more`, by name, sorted.

    Raises StandardInvalid, also where two folders hold standards of one name.
    """
    found = dict(_load(folder or _PACKAGE))
    for place in more:
        for name, standard in _load(place):
            if name in found:
                raise _twice(place, name)
            found[name] = standard
    return dict(sorted(found.items()))


def load_named(name: str, *, more: Sequence[Path] = ()) -> Standard | None:
    """The one standard of this name, without a look at the others; None where no folder has it.

    Raises StandardInvalid, also where two folders hold standards of this name.
    """
    places = [place for place in (_PACKAGE, *more) if place / name / "standard.toml" in place.glob("*/standard.toml")]
    if len(places) > 1:
        raise _twice(places[1], name)
    return load_standard(places[0] / name / "standard.toml") if places else None


def _twice(place: Path, name: str) -> StandardInvalid:
    return StandardInvalid(place / name / "standard.toml", "name", f"there is a standard {name!r} already")


@lru_cache(maxsize=32)
def _load(folder: Path) -> tuple[tuple[str, Standard], ...]:
    loaded = [load_standard(path) for path in sorted(folder.glob("*/standard.toml"))]
    return tuple((standard.name, standard) for standard in loaded)


def load_standard(path: Path) -> Standard:
    """One standard from its file. Raises StandardInvalid."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardInvalid(path, "TOML", f"correct the syntax: {error}") from error
    _share(path, data)
    try:
        standard = Standard.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise StandardInvalid(path, _key(first["loc"], data), _fix(first["type"], first["msg"])) from error
    if standard.name != path.parent.name:
        raise StandardInvalid(path, "name", f"must be the folder's name, {path.parent.name!r}")
    return standard


def _share(path: Path, data: dict[str, Any]) -> None:
    """Adds the fields that `use` names and that the standard has not itself, and the words it knows more of them."""
    fields = data.get("fields")
    if not isinstance(fields, list):
        return
    for name in data.get("use", ()):
        shared = _SHARED / f"{name}.toml"
        if not shared.is_file():
            known = ", ".join(sorted(file.stem for file in _SHARED.glob("*.toml")))
            raise StandardInvalid(path, "use", f"{name!r} is unknown; known: {known}")
        own = {field.get("name") for field in fields}
        fields += [f for f in tomllib.loads(shared.read_text(encoding="utf-8"))["fields"] if f["name"] not in own]
    by_name = {field.get("name"): field for field in fields}
    for name, words in data.get("more_synonyms", {}).items():
        if name not in by_name:
            raise StandardInvalid(path, f"more_synonyms.{name}", "there is no such field")
        by_name[name]["synonyms"] = [*words, *by_name[name].get("synonyms", ())]


def _key(location: tuple[int | str, ...], data: dict[str, object]) -> str:
    """`fields[2].type` with the field's own name, as a person would look for it."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    fields = data.get("fields")
    if len(location) > 1 and location[0] == "fields" and isinstance(fields, list) and isinstance(location[1], int):
        named = fields[location[1]]
        if isinstance(named, dict) and "name" in named:
            text += f" (field {named['name']!r})"
    return text.lstrip(".") or "standard"


def _fix(kind: str, message: str) -> str:
    if kind == "missing":
        return "add this key"
    if kind == "extra_forbidden":
        return "unknown key: remove it or correct its spelling"
    return message.removeprefix("Value error, ")
