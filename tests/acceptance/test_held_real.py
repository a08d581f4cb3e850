"""Which real files the privacy gate would hold, and why: an office's contacts, companies and candidates hold none."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.checking import as_table, recognise
from connectors.reading import Unreadable, read_table
from standards.engine import judge
from standards.registry import load_standards

STANDARDS = load_standards()
FOLDERS = ("baeume", "bayern", "bevoelkerung", "kitas", "maerkte", "schulen", "spielplaetze", "wahlen")
SMALL = 25_000
"""Bytes: larger ones of the same families say nothing else, but take long."""
HELD = {"arcgisSchuelerNachWohnort.csv": {"held_small_cells"}}
"""Pupils by the quarter they live in: often one or two."""


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_files_with_something_personal_are_held(shared_data: Path, folder: str) -> None:
    """Every small file that a standard knows, judged under the standard that its columns tell."""
    held = {}
    for path in sorted((shared_data / "kommunal" / folder).rglob("*")):
        if path.suffix.lower() not in {".csv", ".json", ".geojson", ".xlsx", ".xls"} or path.stat().st_size > SMALL:
            continue
        try:
            table = as_table(read_table(path, filename=path.name), filename=path.name)
        except Unreadable:
            continue
        standard = recognise(table, STANDARDS)
        if standard in STANDARDS and (found := judge(table, STANDARDS[standard]).held):
            held[path.name] = {hold.code for hold in found}
    assert held == {name: codes for name, codes in HELD.items() if name in held}
