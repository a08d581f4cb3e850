"""The statewide table of a standard, written from its `standard.toml`: `allmende standards scaffold NAME`.

Two models with their YAML: `stg_raw__<name>` (names and types, the sources) and `<name>` (rows of current open versions
with the register, contract, data tests, a unit test, an exposure). A standard of the project gets them in
`dbt_project/models`, one of the installation in `<home>/models`. What does not belong here: how the models
look (`scaffold_sql`, `scaffold_yaml`), what all tables share (the macros of `dbt_project`), running dbt.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.scaffold_sql import MARK, PROVENANCE, mart_sql, staging_sql
from orchestration.scaffold_yaml import mart_yml, staging_yml
from orchestration.settings import DBT_PROJECT
from standards.definition import Standard

_FOLDERS = {
    "ECON": "wirtschaft",
    "EDUC": "bildung",
    "ENVI": "umwelt",
    "GOVE": "verwaltung",
    "HEAL": "gesundheit",
    "REGI": "raum",
    "SOCI": "freizeit",
    "TRAN": "verkehr",
}
_SHARED = {"ags", "gemeinde", "kreis", "regierungsbezirk", "land", "einwohner_gemeinde", *PROVENANCE}


class ScaffoldRefused(Exception):
    """A model of this name was written by hand, or the name is taken; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What would be written: file below the models folder → text."""

    standard: str
    files: dict[str, str]


def plan(standard: Standard) -> Scaffold:
    """The models of a standard. Raises `ScaffoldRefused` where a field is called like a column every table has."""
    taken = [field.name for field in standard.fields if field.name in _SHARED]
    if taken:
        raise ScaffoldRefused(f"{standard.name}: every statewide table has a column {taken[0]!r}; rename the field.")
    name, theme = standard.name, _FOLDERS.get(standard.theme, "weitere")
    staging, mart = f"staging/raw/stg_raw__{name}", f"marts/{theme}/{name}"
    return Scaffold(
        name,
        {
            f"{staging}.sql": staging_sql(standard),
            f"{staging}.yml": staging_yml(standard),
            f"{mart}.sql": mart_sql(standard),
            f"{mart}.yml": mart_yml(standard),
        },
    )


def write(scaffold: Scaffold, models: Path) -> list[Path]:
    """Write the files that differ; return them. Raises `ScaffoldRefused` before it replaces what others wrote."""
    changed = []
    standing = {path.name: path for folder in {models, DBT_PROJECT / "models"} for path in folder.rglob("*.*")}
    for name, text in scaffold.files.items():
        path = models / name
        here = standing.get(path.name)
        if here is not None and MARK not in here.read_text(encoding="utf-8"):
            raise ScaffoldRefused(f"{here}: this model was written by hand. Move it away if it shall be replaced.")
        if here != path or path.read_text(encoding="utf-8") != text:
            changed.append(path)
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(scaffold.files[path.relative_to(models).as_posix()], encoding="utf-8")
    return changed


def name_to_dbt(name: str, project: Path) -> bool:
    """Add the name to `vars.standards` of a dbt project, if it is not there yet; return whether it was added."""
    lines = project.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.strip() == "standards:")
    end = next(at for at in range(start + 1, len(lines)) if not lines[at].strip().startswith("- "))
    if any(line.strip() == f"- {name}" for line in lines[start:end]):
        return False
    project.write_text("".join([*lines[:end], f"    - {name}\n", *lines[end:]]), encoding="utf-8")
    return True
