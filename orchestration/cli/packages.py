"""`standards list|show|template|scaffold` and `publishers check`: the packages, and who is registered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, known_standards, require_standard
from orchestration.cli.output import CannotError, out, print_json, table

if TYPE_CHECKING:
    from standards.definition import FieldDef, Standard

standards = typer.Typer(help="The packages (Basispakete): fields, templates.", no_args_is_help=True)
publishers = typer.Typer(help="Who is registered to hand in what.", no_args_is_help=True)


def _standard(name: str) -> Standard:
    known = known_standards()
    require_standard(name, known)
    return known[name]


@standards.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the packages."""
    from orchestration.settings import load_settings
    from orchestration.statewide import statewide_names

    known, settings = known_standards(), load_settings()
    marts = statewide_names(settings)
    rows = [
        {
            "name": s.name,
            "title_de": s.title_de,
            "version": s.version,
            "fields": len(s.fields),
            "description_de": s.description_de,
            "statewide": s.name in marts,
        }
        for s in known.values()
    ]
    if as_json:
        print_json(rows)
        return
    shown = [
        (
            row["name"],
            row["title_de"],
            row["version"],
            row["fields"],
            "ja" if row["statewide"] else "nein",
            row["description_de"],
        )
        for row in rows
    ]
    columns = ["Name", "Titel", "Fassung", "Felder", "landesweit", "Inhalt"]
    out.print(table(f"{len(rows)} Basispakete", columns, shown, right=["Felder"]))
    out.print(
        "\nMehr: allmende standards show NAME · Vorlage: allmende standards template NAME -o DATEI.xlsx", markup=False
    )


@standards.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the standard.")],
    table_schema: Annotated[
        bool, typer.Option("--table-schema", help="Print the Frictionless Table Schema (JSON).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one package: what it is, its fields and its rules."""
    standard = _standard(name)
    if table_schema:
        from standards.tableschema import table_schema as of

        print_json(of(standard))
    elif as_json:
        print_json({**standard.model_dump(mode="json", exclude={"all_fields"}), "fields": standard.fields})
    else:
        _say(standard)


def _say(standard: Standard) -> None:
    out.print(f"{standard.title_de} ({standard.name}, Fassung {standard.version})", style="bold", markup=False)
    out.print(standard.description_de, markup=False)
    about = [
        ("Musterdatensatz", standard.musterdatensatz),
        ("Thema (DCAT)", standard.theme),
        ("Hochwertiger Datensatz", standard.hvd_category or "nein"),
        ("Kennung einer Zeile", ", ".join(standard.key)),
        ("mindestens eines von", "; ".join(" | ".join(group) for group in standard.required_any)),
    ]
    for title, text in about:
        if text:
            out.print(f"  {title}: {text}", markup=False)
    out.print()
    rows = [
        (
            f.name,
            f.type,
            f.unit,
            "ja" if f.required else "",
            _allowed(f),
            f.description_de,
            ", ".join(word for word in f.synonyms[:4] if word != f.name),
        )
        for f in standard.fields
    ]
    columns = ["Feld", "Typ", "Einheit", "Pflicht", "erlaubt", "Bedeutung", "auch bekannt als"]
    out.print(table("Felder", columns, rows))
    held = [("Spalten", ", ".join(standard.privacy.columns))]
    held += [("Texte in " + (rule.field or "allen Feldern"), rule.question_de) for rule in standard.privacy.patterns]
    held += [("kleine Zahlen", f"{rule.field}: 1 bis {rule.threshold}") for rule in standard.privacy.small_cells]
    out.print()
    out.print(table("Wartet auf die Freigabe durch einen Menschen", ["was", "welche"], [row for row in held if row[1]]))
    out.print()
    asked = [(re.sub(r"\{\w+\}", "…", rule.question_de),) for rule in standard.plausibility]
    out.print(table("Nachgefragt wird, wenn etwas unwahrscheinlich ist", ["Frage"], asked))


def _allowed(field: FieldDef) -> str:
    if field.codes:
        words = ", ".join(code.value for code in field.codes)
        return words if field.closed else f"{words} oder anderes"
    if field.digits is not None:
        return f"{field.digits} Ziffern"
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return f"{low:g} bis {high:.0f}"
    return f"ab {low:g}" if low is not None else ""


@standards.command()
def scaffold(name: Annotated[str, typer.Argument(help="Name of the standard.")]) -> None:
    """Write the dbt models of the statewide table from the standard's file. No Python and no SQL by hand."""
    from orchestration.dbt import parse
    from orchestration.platform import Platform
    from orchestration.statewide import scaffold_of

    platform = Platform.load()
    require_standard(name, platform.standards)
    changed = scaffold_of(platform.standards[name], platform.settings)
    for path in changed:
        out.print(str(path), markup=False)
    parse(platform.settings, platform.sites.onprem)
    said = f"{len(changed)} files written" if changed else "nothing changed"
    out.print(f"Statewide table “{name}”: {said}; dbt reads it. The next `allmende run` builds it.", markup=False)


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
