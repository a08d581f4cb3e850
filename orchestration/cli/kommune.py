"""`stores kommune add|rotate|revoke|list`: who may hand in by S3. A secret is shown once, or written to one file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, wrong_ags
from orchestration.cli.output import CannotError, err, out, print_json, table

if TYPE_CHECKING:
    from connectors.register import Register
    from orchestration.settings import Settings
    from storage.admin.kommunen import Access

app = typer.Typer(help="Logins of Kommunen for handing in by S3.", no_args_is_help=True)

Ags = Annotated[str, typer.Argument(help="AGS of the Kommune, 8 digits.")]
_COLUMNS = ("ags", "name", "access_key_id", "secret_access_key", "endpoint", "bucket", "prefix")


@app.command()
def add(
    ags: Annotated[list[str] | None, typer.Argument(help="AGS, 8 digits; several for several.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every Gemeinde of the Land (scope_land).")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the logins to this file (CSV, only you can read it).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give Kommunen a login that is confined to their own part of the inbox. Whoever has one keeps it."""
    from connectors.register import load_register
    from orchestration import provisioning
    from orchestration.settings import load_settings

    settings, register = load_settings(), load_register()
    wanted = set(ags or ())
    wrong = next((one for one in sorted(wanted) if one not in register), None)
    if wrong is not None:
        raise CannotError(wrong_ags(wrong))
    if everybody:
        wanted |= {one.ags for one in register if one.ags.startswith(settings.scope_land) and not one.is_gemeindefrei}
        if output is None:
            raise CannotError("So many logins do not belong on a screen: say where to with -o FILE.csv.")
    if not wanted:
        raise CannotError("Say which Kommune: its AGS (8 digits), or --all.")
    accounts = provisioning.kommunen(settings)
    kept: dict[str, str] = {}
    if output is not None:
        # Kept before the server hears of them: a killed run goes on with the same secrets.
        kept = _keep(output, accounts.missing(wanted), settings, register)
    made = accounts.add(wanted, kept)
    _tell(made, settings, register, output, as_json=as_json)
    if not as_json:
        err.print(f"{len(made)} new, {len(wanted) - len(made)} had a login already.", markup=False)


@app.command()
def rotate(ags: Ags, as_json: AsJson = False) -> None:
    """Give a Kommune a new secret; the old one and every open session end at once."""
    from connectors.register import load_register
    from orchestration import provisioning
    from orchestration.settings import load_settings

    settings = load_settings()
    _tell([provisioning.kommunen(settings).rotate(ags)], settings, load_register(), None, as_json=as_json)


@app.command()
def revoke(ags: Ags, as_json: AsJson = False) -> None:
    """Take a Kommune's login away, with every open session; what it handed in stays. Exit 1 where there was none."""
    from orchestration import provisioning
    from orchestration.settings import load_settings

    was_there = provisioning.kommunen(load_settings()).revoke(ags)
    if as_json:
        print_json({"ags": ags, "revoked": was_there})
    else:
        err.print(f"{ags}: {'the login is gone.' if was_there else 'there was no login.'}", markup=False)
    if not was_there:
        raise typer.Exit(1)


@app.command("list")
def list_kommunen(as_json: AsJson = False) -> None:
    """Show who has a login, how much lies in the inbox and who was stopped because of it."""
    from connectors.register import load_register
    from orchestration import provisioning
    from orchestration.settings import load_settings

    settings, register = load_settings(), load_register()
    members = provisioning.kommunen(settings).registered()
    counting = provisioning.quotas(settings)
    used = {usage.ags: usage for usage in counting.usage()} if counting else {}
    rows = [
        {
            "ags": ags,
            "name": register.name(ags),
            "used_bytes": used[ags].used if ags in used else 0,
            "allowed_bytes": settings.provision.quota_of(ags),
            "is_full": ags in used and used[ags].is_full,
        }
        for ags in sorted(members)
    ]
    if as_json:
        print_json({"kommunen": rows})
        return
    shown = [
        (row["ags"], row["name"], row["used_bytes"], row["allowed_bytes"], "full" if row["is_full"] else "open")
        for row in rows
    ]
    columns = ["AGS", "Kommune", "Used (bytes)", "Allowed (bytes)", "State"]
    out.print(table("Logins for handing in by S3", columns, shown, right=columns[2:4]))


def _tell(made: list[Access], settings: Settings, register: Register, output: Path | None, *, as_json: bool) -> None:
    rows = [_row(one.ags, one.secret, settings, register) for one in made]
    if output is not None:
        if as_json:
            print_json({"made": [row["ags"] for row in rows], "file": output})
        elif rows:
            err.print(f"The logins are in {output}: hand each to its Kommune, then delete the file.", markup=False)
    elif as_json:
        print_json({"made": rows})
    else:
        for row in rows:
            out.print(f"{row['name']} ({row['ags']}): shown once, hand it to the Kommune", style="bold", markup=False)
            for name in _COLUMNS[2:]:
                out.print(f"  {name:<18} {row[name]}", markup=False)


def _row(ags: str, secret: str, settings: Settings, register: Register) -> dict[str, str]:
    inbox = settings.inbox_config
    if inbox is None:  # nobody could have been added
        raise CannotError("There is no inbox bucket.")
    bucket, _, prefix = inbox.url.removeprefix("s3://").rstrip("/").partition("/")
    below = f"{prefix}/{ags}/" if prefix else f"{ags}/"
    values = (ags, register.name(ags), ags, secret, inbox.endpoint, bucket, below)
    return dict(zip(_COLUMNS, values, strict=True))


def _keep(output: Path, missing: list[str], settings: Settings, register: Register) -> dict[str, str]:
    """Write the file with a secret for each that is missing; those that a killed run wrote are used again."""
    from orchestration.private import write_private
    from storage.admin.kommunen import new_secret

    if not missing:
        return {}
    before = _read(output)
    kept = {ags: row["secret_access_key"] for ags, row in before.items()}
    new = {ags: kept.get(ags) or new_secret() for ags in missing}
    rows = before | {ags: _row(ags, secret, settings, register) for ags, secret in new.items()}
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[ags] for ags in sorted(rows))
    output.absolute().parent.mkdir(parents=True, exist_ok=True)
    write_private(output.absolute(), text.getvalue())
    return new


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise CannotError(f"{path} is there and is no file of logins: choose another name.")
        return {row["ags"]: row for row in reader}
