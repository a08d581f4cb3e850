"""From TOML files to `Publishers`, and every problem on the way as file, key and what to do.

What does not belong here: what a file may say (`model`).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from connectors.publishers.logo import wrong_logo
from connectors.publishers.model import (
    CkanSource,
    ContactSpec,
    DatasetSpec,
    HttpSource,
    InboxSource,
    PublisherSpec,
)
from connectors.register import Register
from storage.names import DatasetId

PUBLISHERS = Path(__file__).parent
_MODELS: dict[str, type[BaseModel]] = {"http": HttpSource, "ckan": CkanSource, "inbox": InboxSource}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one file: where, and what to do. `key` is written as in TOML, `datasets[0].slug`."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class PublisherInvalid(Exception):
    """At least one publisher file cannot be used; `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Publishers:
    """Every known Kommune by AGS, names filled in from the register. A Kommune without a file has defaults."""

    specs: Mapping[str, PublisherSpec]
    register: Register

    def __iter__(self) -> Iterator[PublisherSpec]:
        return iter(self.specs.values())

    def __len__(self) -> int:
        return len(self.specs)

    def get(self, ags: str) -> PublisherSpec | None:
        """The Kommune's own file, or defaults for any Gemeinde of the register; None for anybody else."""
        if ags in self.specs:
            return self.specs[ags]
        return PublisherSpec(ags=ags, name=self.register.name(ags)) if ags in self.register else None

    def dataset(self, dataset: DatasetId) -> DatasetSpec | None:
        """What the Kommune's file says of a dataset, or defaults; None where the register has no such Kommune."""
        publisher = self.get(dataset.owner)
        if publisher is None:
            return None
        return publisher.dataset(dataset.slug) or DatasetSpec(slug=dataset.slug, contact=publisher.contact)

    def datasets(self, ags: Collection[str] | None = None) -> Iterator[tuple[DatasetId, PublisherSpec, DatasetSpec]]:
        """Every dataset that a file names, of all Kommunen or of these."""
        for publisher in self:
            if ags is None or publisher.ags in ags:
                for dataset in publisher.datasets:
                    yield DatasetId(publisher.ags, dataset.slug), publisher, dataset


def load_publishers(
    dirs: Sequence[Path] = (PUBLISHERS,), *, register: Register, standards: Collection[str]
) -> Publishers:
    """Read every `<ags>.toml` of the folders (a later folder may not repeat an AGS). Raises `PublisherInvalid`."""
    specs, problems = _read_all(dirs, register, standards)
    if problems:
        raise PublisherInvalid(problems)
    return Publishers(specs, register)


def check_publishers(
    dirs: Sequence[Path] = (PUBLISHERS,), *, register: Register, standards: Collection[str]
) -> list[Problem]:
    """Every problem of every file; an empty list means that `load_publishers` works."""
    return _read_all(dirs, register, standards)[1]


def _read_all(
    dirs: Sequence[Path], register: Register, standards: Collection[str]
) -> tuple[dict[str, PublisherSpec], list[Problem]]:
    specs: dict[str, PublisherSpec] = {}
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in (path for folder in dirs for path in sorted(folder.glob("*.toml"))):
        spec, found = _read_one(path, register, standards)
        if spec and spec.ags in specs:
            found.append(Problem(path.name, "ags", f"{spec.ags} has a file already: {files[spec.ags]}; keep one"))
        problems += found
        if spec and not found:
            specs[spec.ags], files[spec.ags] = spec, path
    return specs, problems


def _read_one(path: Path, register: Register, standards: Collection[str]) -> tuple[PublisherSpec | None, list[Problem]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        spec = PublisherSpec.model_validate(content)
    except UnicodeDecodeError:
        return None, [Problem(path.name, "", "the file is not UTF-8: save it as UTF-8")]
    except (OSError, tomllib.TOMLDecodeError) as error:
        return None, [Problem(path.name, "", f"the file is no valid TOML: {error}")]
    except ValidationError as error:
        return None, [_problem(path.name, detail, content) for detail in error.errors(include_url=False)]
    problems = [
        Problem(path.name, key, message) for key, message in _against_the_world(spec, path, register, standards)
    ]
    name = spec.name or register.name(spec.ags)
    logo = path.parent / spec.logo if spec.logo else None
    if logo and (message := wrong_logo(logo)):
        problems.append(Problem(path.name, "logo", message))
    return spec.model_copy(update={"name": name, "logo": logo}), problems


def _against_the_world(
    spec: PublisherSpec, path: Path, register: Register, standards: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The rules that one file alone cannot tell: (key, message)."""
    if path.stem != spec.ags:
        yield "ags", f"the file is called {path.name} but says {spec.ags}: rename it to {spec.ags}.toml"
    if spec.ags not in register:
        near = [f"{g.ags} {g.name}" for g in register.suggest(spec.name or spec.ags)]
        hint = f"did you mean {' or '.join(near)}?" if near else "look it up in dbt_project/seeds/gemeinden.csv"
        yield "ags", f"“{spec.ags}” is no Gemeinde of the register: {hint}"
    every = ", ".join(sorted(standards))
    counts = Counter(dataset.slug for dataset in spec.datasets)
    for at, dataset in enumerate(spec.datasets):
        if counts[dataset.slug] > 1:
            yield f"datasets[{at}].slug", f"“{dataset.slug}” names {counts[dataset.slug]} datasets: give each its own"
        if dataset.standard is not None and dataset.standard not in standards:
            yield (
                f"datasets[{at}].standard",
                f"“{dataset.standard}” is no standard{_did_you_mean(dataset.standard, standards)}; known are {every}",
            )


def _problem(file: str, detail: Mapping[str, Any], content: Mapping[str, Any]) -> Problem:
    location = tuple(part for part in detail["loc"] if part not in _MODELS)
    key = _key(location)
    kind, message = detail["type"], detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        known = _model_at(location[:-1], content).model_fields
        message = f"unknown key{_did_you_mean(str(location[-1]), known)}; known are {', '.join(known)}"
    elif kind == "missing":
        message = "this key is missing: add it"
    elif kind in {"union_tag_not_found", "union_tag_invalid"}:
        message = f'a source needs kind = one of {", ".join(_MODELS)}, e.g. kind = "http"'
        key = f"{key}.kind"
    elif kind == "string_type":
        message = f"{detail['input']!r} is no text: write it in quotes"
    return Problem(file, key, message)


def _key(location: Sequence[str | int]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _model_at(location: Sequence[str | int], content: Any) -> type[BaseModel]:
    """Which model checks the table at this place of the file."""
    for part in location:
        content = content[part]
    words = [part for part in location if isinstance(part, str)]
    if not words:
        return PublisherSpec
    if words[-1] == "contact":
        return ContactSpec
    if words[-1] == "source":
        return _MODELS[content.get("kind", "inbox")]
    return DatasetSpec


def _did_you_mean(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f", did you mean “{near[0]}”?" if near else ""
