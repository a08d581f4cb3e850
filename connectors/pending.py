"""What is still to do between landing and the raw zone, decided from what stands in both.

Pure: nothing is read or written. What does not belong here: gathering what stands (`loadrun`), doing it
(`conversion`, `raw.loading`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from connectors.checking import NO_STANDARD
from connectors.publishers import Publishers
from connectors.receipts import Receipt
from connectors.releases import Decision, Decisions
from standards.definition import Standard
from storage.manifest import Classification
from storage.names import DatasetId

RULES_REVISION = "2"
"""Raise it when reading or the engine changes what comes out of a file: every current file is converted again."""
_NEVER = datetime.min.replace(tzinfo=UTC)
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
    is_held: bool = False
    """It waits for a person's release: nothing of it but this stands in the raw zone."""
    corrects: tuple[str, ...] = ()
    """SHA-256 of the contents that this one corrects, oldest first."""
    replays: str = ""
    """The version whose rows were judged again to make this one."""
    converted_at: datetime | None = None


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
    decision: Decision | None = None
    """What a person said about this content, where it was held."""

    @property
    def is_released(self) -> bool:
        return self.decision is not None and self.decision.verdict == "released"

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
    status: Literal["unchanged", "refused", "withdrawn", "held"]
    known: Known | None = None
    task: Task | None = None


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


def version_id(
    sha256: str,
    standard: str,
    standard_version: str,
    told: Mapping[str, str] | None = None,
    more: Mapping[str, Collection[str] | str] | None = None,
) -> str:
    """`v` and 12 hex digits over everything that decides what comes out of a file; the same in, the same version.

    `more`: what few files have: repairs taken back, a release, contents that are corrected.
    """
    answers = json.dumps(dict(told), sort_keys=True, ensure_ascii=False) if told else ""
    text = f"{sha256}\n{standard}\n{standard_version}\n{RULES_REVISION}\n{answers}"
    if more and any(more.values()):
        text += "\n" + json.dumps({name: value for name, value in more.items() if value}, sort_keys=True)
    return named(text)


def named(text: str) -> str:
    """The name of a version, by all that decides what is in it."""
    return f"v{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def without_standard_id(receipt: Receipt, standards: Mapping[str, Standard]) -> str:
    """The version of a file whose standard nobody could tell: tried again when a standard is added or changed."""
    every = ";".join(f"{name}={standard.version}" for name, standard in sorted(standards.items()))
    return version_id(receipt.sha256, NO_STANDARD, every, receipt.told)


def task_version(task: Task, standard: str, standards: Mapping[str, Standard], corrects: Collection[str] = ()) -> str:
    """The version of this content under this standard as it is now."""
    version = standards[standard].version if standard in standards else ""
    receipt = task.receipt
    more = {
        "undo": list(receipt.undo),
        "release": task.decision.mark if task.decision else "",
        "corrects": list(corrects),
    }
    return version_id(receipt.sha256, standard, version, receipt.told, more)


def make_plan(
    latest: Iterable[Receipt],
    *,
    pointers: Mapping[str, Pointer],
    versions: Mapping[str, Collection[Known]],
    publishers: Publishers,
    standards: Mapping[str, Standard],
    now: int,
    decisions: Decisions | None = None,
    before: Mapping[str, Sequence[Receipt]] | None = None,
) -> Plan:
    """Decide for the latest receipt of every dataset. `now`: the least `seq` of a move, in µs since the epoch.

    `decisions`: what persons said about held contents. `before`: by dataset the contents before the latest, newest
    first, where that may be a correction.
    """
    convert: list[Task] = []
    steps: list[Step] = []
    standing: list[Standing] = []
    for receipt in latest:
        pointer = pointers.get(receipt.dataset)
        task = make_task(receipt, publishers, (decisions or {}).get((receipt.dataset, receipt.sha256)))
        seq = max(now, pointer.seq + 1 if pointer else 0)
        if receipt.is_withdrawal:
            if pointer is None or pointer.version is None:
                standing.append(Standing(receipt.dataset, "withdrawn"))
            else:
                away = Move(receipt.dataset, None, None, task.classification, receipt.reason, seq)
                steps.append(Step(away, task))
            continue
        earlier = (before or {}).get(receipt.dataset, ())
        known = _known(task, versions.get(receipt.dataset, ()), standards, [one.sha256 for one in earlier])
        if known is not None and known.corrects:
            task = as_strict_as(task, earlier[: len(known.corrects)])
        if known is None:
            convert.append(task)
        elif known.is_held and not (task.decision and task.decision.verdict == "refused"):
            standing.append(Standing(receipt.dataset, "held", known, task))
        elif not known.is_accepted:
            standing.append(Standing(receipt.dataset, "refused", known, task))
        elif pointer and (pointer.version, pointer.classification) == (known.version, task.classification.value):
            standing.append(Standing(receipt.dataset, "unchanged", known, task))
        else:
            back = Move(receipt.dataset, known.version, known.standard, task.classification, "wieder aktuell", seq)
            steps.append(Step(back, task, known))
    return Plan(tuple(convert), tuple(steps), tuple(standing))


def make_task(receipt: Receipt, publishers: Publishers, decision: Decision | None = None) -> Task:
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
        decision=decision,
    )


def as_strict_as(task: Task, corrected: Iterable[Receipt]) -> Task:
    """A correction holds rows of what it corrects: it is handled as strictly as the strictest of them."""
    classes = [task.classification, *(receipt.classification for receipt in corrected)]
    return replace(task, classification=max(classes, key=_STRICTNESS.index))


def _known(
    task: Task, versions: Collection[Known], standards: Mapping[str, Standard], before: Sequence[str]
) -> Known | None:
    """The version that this content already became under today's rules; judged again, the last one."""
    receipt = task.receipt
    mine = [version for version in versions if version.sha256 == receipt.sha256]
    names = {task.standard} if task.standard is not None else {one.standard for one in mine} & standards.keys()
    # what a correction became depends on what it corrected
    chains = {one.corrects for one in mine if tuple(reversed(before[: len(one.corrects)])) == one.corrects} - {()}
    wanted = {task_version(task, name, standards, chain) for name in names for chain in chains}
    if not chains:
        wanted = {task_version(task, name, standards) for name in names}
    if task.standard is None:
        wanted.add(without_standard_id(receipt, standards))
    found = [version for version in mine if version.version in wanted or version.replays in wanted]
    return max(found, key=lambda one: (one.is_accepted, one.converted_at or _NEVER), default=None)
