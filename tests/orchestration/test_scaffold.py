"""The statewide table of a standard written from its `standard.toml`."""

from __future__ import annotations

import pytest

from orchestration.scaffold import ScaffoldRefused, name_to_dbt, plan, write
from orchestration.scaffold_sql import MARK
from orchestration.settings import DBT_PROJECT
from standards.registry import load_standards

STANDARDS = load_standards()
MODELS = DBT_PROJECT / "models"
WRITTEN = sorted(
    path.stem.removeprefix("stg_raw__")
    for path in (MODELS / "staging" / "raw").glob("*.sql")
    if MARK in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WRITTEN)
def test_the_written_models_are_those_of_their_standard(name: str) -> None:
    """A field changed in a standard.toml and not in dbt is found: `allmende standards scaffold` writes it again."""
    assert {file: (MODELS / file).read_text(encoding="utf-8") for file in plan(STANDARDS[name]).files} == plan(
        STANDARDS[name]
    ).files


def test_a_model_written_by_hand_is_not_replaced() -> None:
    """The first standards have models of their own; scaffold says so instead of overwriting."""
    with pytest.raises(ScaffoldRefused, match="written by hand"):
        write(plan(STANDARDS["baumkataster"]), MODELS)


def test_a_name_is_told_to_dbt_once(tmp_path) -> None:
    """The list of standards keeps its order, everything after it stays as it was."""
    project = tmp_path / "dbt_project.yml"
    project.write_text("vars:\n  standards:\n    - a\n\nmodels:\n  x: 1\n")
    assert (name_to_dbt("b", project), name_to_dbt("b", project)) == (True, False)
    assert project.read_text() == "vars:\n  standards:\n    - a\n    - b\n\nmodels:\n  x: 1\n"
