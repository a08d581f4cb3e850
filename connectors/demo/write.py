"""Puts the demo files into an inbox and the publisher files beside them. What the files hold: the theme modules."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from connectors.demo.catalogue import demo_datasets
from connectors.demo.model import DemoDataset, DemoSummary

_WRITTEN = 1_767_225_600
"""Time of the files, 2026-01-01: the inbox leaves a fresh file alone until it has settled, and these are complete."""


def write_demo(inbox: Path, publishers: Path) -> DemoSummary:
    """Write `<inbox>/<ags>/<slug>.<ext>` and `<publishers>/<ags>.toml` for every demo Kommune.

    Idempotent: a file that already holds these bytes is left alone, modification time included. A file appears whole
    or not at all. Raises `OSError` where a folder cannot be written.
    """
    datasets = demo_datasets()
    files = [(inbox / dataset.ags / dataset.filename, dataset.content) for dataset in datasets]
    files += [(publishers / f"{ags}.toml", text.encode()) for ags, text in publisher_files(datasets)]
    written = sum(_write(path, content) for path, content in files)
    return DemoSummary(
        datasets=len(datasets),
        files_written=written,
        files_unchanged=len(files) - written,
        bytes=sum(len(content) for _, content in files),
    )


def publisher_files(datasets: tuple[DemoDataset, ...]) -> Iterator[tuple[str, str]]:
    """Per Kommune its AGS and its publisher file (TOML)."""
    by_ags = sorted(datasets, key=lambda dataset: dataset.ags)
    for ags, group in groupby(by_ags, key=lambda dataset: dataset.ags):
        own = list(group)
        lines = [
            "# Erfundene Beispieldaten: geschrieben von connectors.demo, nicht von Hand ändern.",
            f"ags = {_toml(ags)}",
            f"name = {_toml(own[0].publisher)}",
            f"contact = {{ email = {_toml(f'opendata@{ags}.example')} }}",
            "is_invented = true",
        ]
        for dataset in own:
            lines += ["", "[[datasets]]", *_dataset_lines(dataset)]
        yield ags, "\n".join(lines) + "\n"


def _dataset_lines(dataset: DemoDataset) -> list[str]:
    values = {
        "slug": dataset.slug,
        "title": dataset.title,
        "description": dataset.description,
        "standard": dataset.expected.standard,
        "classification": dataset.expected.classification.value,
        "licence": dataset.licence,
        "frequency": dataset.frequency,
    }
    source = f'source = {{ kind = "inbox", path = {_toml(f"{dataset.ags}/{dataset.filename}")} }}'
    return [*(f"{key} = {_toml(value)}" for key, value in values.items()), source]


def _toml(value: str) -> str:
    """A TOML basic string: JSON writes it the same way."""
    return json.dumps(value, ensure_ascii=False)


def _write(path: Path, content: bytes) -> bool:
    """Write atomically unless the file already holds these bytes; True where something was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        os.utime(temporary, (_WRITTEN, _WRITTEN))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
