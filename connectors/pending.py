"""What is still to do between landing and the raw zone, decided from what stands in both.

Pure: nothing is read or written. What does not belong here: gathering what stands (`loadrun`), doing it
(`conversion`, `raw.loading`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.landing import Receipt
from connectors.publishers import Publishers
from standards.definition import Standard
from storage.manifest import Classification
from storage.names import DatasetId

RULES_REVISION = "1"
"""Raise it when reading or the engine changes what comes out of a file: every current file is converted again."""
NO_STANDARD = ""
_STRICTNESS = tuple(Classification)
_FETCHED = {"http", "ckan", "inbox"}


@dataclass(frozen=True, slots=True)
class Known:
    """A version that stands in `raw/versions`."""

    dataset: str
    version: str
    standard: str
    sha256: str
    is_accepted: bool
    rows_accepted: int
    rows_rejected: int
    repaired: int = 0
    filename: str = ""
    message_de: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a dataset's pointer stands; `version` None: withdrawn."""

    version: str | None
    classification: str
    seq: int


@dataclass(frozen=True, slots=True)
class Task:
    """One content to convert. `standard` None: its columns must tell."""

    receipt: Receipt
    standard: str | None
    classification: Classification
    is_invented: bool

    @property
    def dataset(self) -> DatasetId:
        return self.receipt.dataset_id


@dataclass(frozen=True, slots=True)
class Move:
    """A pointer to move: to a version, or away from all of them."""

    dataset: str
    version: str | None
    standard: str | None
    classification: Classification
    reason: str
    seq: int
    """Greater than that of the move before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset with nothing to do: its pointer stands right, or its last content was refused already."""

    dataset: str
    status: Literal["unchanged", "refused", "withdrawn"]
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A move that needs no conversion: to `known`, or away where there is none. `task` makes missing rows again."""

    move: Move
    task: Task
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do, dataset by dataset."""

    convert: tuple[Task, ...]
    steps: tuple[Step, ...]
    standing: tuple[Standing, ...]


def version_id(sha256: str, standard: str, standard_version: str, told: Mapping[str, str] | None = None) -> str:
    """`v` and 12 hex digits over everything that decides what comes out of a file; the same in, the same version."""
    answers = json.dumps(dict(told), sort_keys=True, ensure_ascii=False) if told else ""
    text = f"{sha256}\n{standard}\n{standard_version}\n{RULES_REVISION}\n{answers}"
    return f"v{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def without_standard_id(receipt: Receipt, standards: Mapping[str, Standard]) -> str:
    """The version of a file whose standard nobody could tell: tried again when a standard is added or changed."""
    every = ";".join(f"{name}={standard.version}" for name, standard in sorted(standards.items()))
    return version_id(receipt.sha256, NO_STANDARD, every, receipt.told)


def task_version(receipt: Receipt, standard: str, standards: Mapping[str, Standard]) -> str:
    """The version of this content under this standard as it is now."""
    version = standards[standard].version if standard in standards else ""
    return version_id(receipt.sha256, standard, version, receipt.told)


def make_plan(
    latest: Iterable[Receipt],
    *,
    pointers: Mapping[str, Pointer],
    versions: Mapping[str, Collection[Known]],
    publishers: Publishers,
    standards: Mapping[str, Standard],
    now: int,
) -> Plan:
    """Decide for the latest receipt of every dataset. `now`: the least `seq` of a move, in µs since the epoch."""
    convert: list[Task] = []
    steps: list[Step] = []
    standing: list[Standing] = []
    for receipt in latest:
        pointer = pointers.get(receipt.dataset)
        task = make_task(receipt, publishers)
        seq = max(now, pointer.seq + 1 if pointer else 0)
        if receipt.is_withdrawal:
            if pointer is None or pointer.version is None:
                standing.append(Standing(receipt.dataset, "withdrawn"))
            else:
                away = Move(receipt.dataset, None, None, task.classification, receipt.reason, seq)
                steps.append(Step(away, task))
            continue
        known = _known(task, versions.get(receipt.dataset, ()), standards)
        if known is None:
            convert.append(task)
        elif not known.is_accepted:
            standing.append(Standing(receipt.dataset, "refused", known))
        elif pointer and (pointer.version, pointer.classification) == (known.version, task.classification.value):
            standing.append(Standing(receipt.dataset, "unchanged", known))
        else:
            back = Move(receipt.dataset, known.version, known.standard, task.classification, "wieder aktuell", seq)
            steps.append(Step(back, task, known))
    return Plan(tuple(convert), tuple(steps), tuple(standing))


def make_task(receipt: Receipt, publishers: Publishers) -> Task:
    """Join the receipt to what the Kommune's file says.

    What was fetched has the classification of the file as it is now; what was handed in by hand the stricter of both.
    """
    publisher = publishers.get(receipt.dataset_id.owner)
    spec = publisher.dataset(receipt.dataset_id.slug) if publisher else None
    classes = [spec.classification] if spec else [receipt.classification]
    if receipt.source_kind not in _FETCHED:
        classes.append(receipt.classification)
    return Task(
        receipt=receipt,
        standard=receipt.standard or (spec.standard if spec else None),
        classification=max(classes, key=_STRICTNESS.index),
        is_invented=receipt.is_invented or bool(publisher and publisher.is_invented),
    )


def _known(task: Task, versions: Collection[Known], standards: Mapping[str, Standard]) -> Known | None:
    """The version that this content already became under today's rules."""
    receipt = task.receipt
    if task.standard is not None:
        wanted = {task_version(receipt, task.standard, standards)}
    else:
        wanted = {
            task_version(receipt, version.standard, standards)
            for version in versions
            if version.sha256 == receipt.sha256 and version.standard in standards
        } | {without_standard_id(receipt, standards)}
    found = [version for version in versions if version.version in wanted and version.sha256 == receipt.sha256]
    return max(found, key=lambda version: version.is_accepted, default=None)
