"""`standards list|show|template` and `publishers check`: the packages, and who is registered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, known_standards, require_standard
from orchestration.cli.output import CannotError, out, print_json, table

if TYPE_CHECKING:
    from standards.definition import Standard

standards = typer.Typer(help="The packages (Basispakete): fields, templates.", no_args_is_help=True)
publishers = typer.Typer(help="Who is registered to hand in what.", no_args_is_help=True)


def _standard(name: str) -> Standard:
    known = known_standards()
    require_standard(name, known)
    return known[name]


@standards.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the packages."""
    known = known_standards()
    rows = [
        {"name": s.name, "title_de": s.title_de, "version": s.version, "fields": len(s.fields)} for s in known.values()
    ]
    if as_json:
        print_json(rows)
        return
    out.print(
        table(
            "Basispakete", ["Name", "Titel", "Fassung", "Felder"], [tuple(r.values()) for r in rows], right=["Felder"]
        )
    )


@standards.command()
def show(name: Annotated[str, typer.Argument(help="Name of the standard.")], as_json: AsJson = False) -> None:
    """Show the fields of one package."""
    standard = _standard(name)
    if as_json:
        print_json({**standard.model_dump(mode="json", exclude={"all_fields"}), "fields": standard.fields})
        return
    out.print(f"{standard.title_de} ({standard.name}, Fassung {standard.version})", style="bold", markup=False)
    out.print(standard.description_de, markup=False)
    rows = [
        (f.name, f.type, f.unit, "ja" if f.required else "", f.description_de, ", ".join(f.synonyms[:4]))
        for f in standard.fields
    ]
    out.print(table("Felder", ["Feld", "Typ", "Einheit", "Pflicht", "Bedeutung", "auch bekannt als"], rows))


@standards.command()
def template(
    name: Annotated[str, typer.Argument(help="Name of the standard.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx or .csv.")],
) -> None:
    """Write the template a clerk fills in."""
    from standards.templates import write_template

    standard = _standard(name)
    if output.suffix.lower() not in {".xlsx", ".csv"}:
        raise CannotError(f"{output}: a template is .xlsx or .csv. Choose one of these endings.")
    write_template(standard, output)
    out.print(f"{output}: Vorlage für „{standard.title_de}“ geschrieben.", markup=False)


@publishers.command("check")
def check(as_json: AsJson = False) -> None:
    """Check every publisher file; errors name file, key and fix. Exit 1 when there are any."""
    from connectors.publishers import check_publishers, load_publishers
    from connectors.register import load_register
    from orchestration.settings import load_settings

    settings, register, known = load_settings(), load_register(), known_standards()
    problems = check_publishers(settings.publisher_folders, register=register, standards=known)
    counted = 0 if problems else len(load_publishers(settings.publisher_folders, register=register, standards=known))
    if as_json:
        print_json({"publishers": counted, "problems": problems})
    else:
        for problem in problems:
            out.print(f"{problem.file}: {problem.key}: {problem.message}", markup=False)
        if not problems:
            out.print(f"{counted} publishers, no problems.")
    if problems:
        raise typer.Exit(1)
