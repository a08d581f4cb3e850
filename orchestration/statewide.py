"""Which standards have a statewide table, and where its models go. How they look is `scaffold`'s.

A standard of the project: `dbt_project/models`. A standard of this installation: `<home>/models`, which dbt reads too.
"""

from __future__ import annotations

from pathlib import Path

from orchestration import scaffold
from orchestration.dbt import own_marts
from orchestration.settings import DBT_PROJECT, Settings
from standards.definition import Standard
from standards.registry import load_standards


def statewide_names(settings: Settings) -> frozenset[str]:
    """Names of all statewide tables that dbt builds."""
    return frozenset(
        {path.stem for path in (DBT_PROJECT / "models" / "marts").glob("*/*.sql")} | set(own_marts(settings))
    )


def scaffold_of(standard: Standard, settings: Settings) -> list[Path]:
    """Write the models of a standard; return the files that changed. Raises `scaffold.ScaffoldRefused`."""
    planned = scaffold.plan(standard)
    if standard.name not in load_standards():
        return scaffold.write(planned, settings.models)
    changed = scaffold.write(planned, DBT_PROJECT / "models")
    project = DBT_PROJECT / "dbt_project.yml"
    if scaffold.name_to_dbt(standard.name, project):
        changed.append(project)
    return changed
