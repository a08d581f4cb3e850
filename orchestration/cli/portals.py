"""`portal list|check|editors|token`: the portals of the settings, and who may write on them.

What is published there: `publish`. What does not belong here: what an editor may do (`catalog.ckan.accounts`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, load_platform, wrong_ags
from orchestration.cli.output import CannotError, err, out, plain, print_json, table

if TYPE_CHECKING:
    from catalog.ckan.accounts import Accounts, Done, Token
    from orchestration.platform import Platform

app = typer.Typer(help="The portals of the settings, and who may write on them.", no_args_is_help=True)
editors = typer.Typer(help="Who may write the datasets of a Kommune on a portal.", no_args_is_help=True)
token = typer.Typer(help="Tokens with which programs write for a Kommune on a portal.", no_args_is_help=True)
app.add_typer(editors, name="editors")
app.add_typer(token, name="token")

Portal = Annotated[str, typer.Argument(metavar="PORTAL", help="Name of a CKAN portal in the settings.")]
Ags = Annotated[str, typer.Argument(metavar="AGS", help="AGS of the Kommune, 8 digits.")]
User = Annotated[str, typer.Argument(metavar="USER", help="Name of the user on the portal: a-z, 0-9, - and _.")]
Who = Annotated[
    str, typer.Argument(metavar="AGS|USER", help="An editor, or the AGS of a Kommune: its own account for programs.")
]
TokenName = Annotated[str, typer.Option("--name", help="What the token is called on the portal.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show every portal: where it is, what is on it, what is to do. Exit 1 when one is down or not as planned."""
    from orchestration.portals import overview

    found = overview(load_platform())
    if as_json:
        print_json({"portals": found})
    else:
        rows = [(p.name, p.kind, p.address, p.user, p.published, p.withdrawn, p.to_do, p.state) for p in found]
        columns = ["Portal", "Kind", "Address", "Token's user", "Published", "Withdrawn", "To do", "State"]
        out.print(table("Portals", columns, rows, right=["Published", "Withdrawn", "To do"]))
        for one in found:
            if one.problem:
                err.print(one.problem, style="yellow", markup=False)
    if any(portal.problem or portal.to_do for portal in found):
        raise typer.Exit(1)


@app.command()
def check(portal: Portal, as_json: AsJson = False) -> None:
    """Ask a CKAN portal whether it is fit to be published to. Exit 1 with warnings, 2 when publishing will not work."""
    from catalog.ckan.check import check as ask
    from catalog.ckan.client import open_client
    from orchestration.portals import ckan_config

    config = ckan_config(load_platform(), portal)
    found = ask(open_client(config), open_client(config, anonymous=True), config.url)
    if as_json:
        print_json({"portal": portal, **plain(found), "is_fit": found.is_fit})
    else:
        who = f"{found.user}{' (system administrator)' if found.is_sysadmin else ''}" if found.user else "nobody known"
        facts = [
            ("Address", found.url),
            ("CKAN", found.version or "?"),
            ("Plugins", ", ".join(found.plugins) or "?"),
            ("Token's user", who),
            ("May write in", f"{found.organizations} organizations"),
            ("Public datasets", found.datasets),
        ]
        out.print(table(f"Portal {portal}", ["What", "Found"], facts))
        for remark in found.remarks:
            out.print(f"{remark.level}: {remark.sentence}", markup=False)
    if not found.is_fit:
        raise typer.Exit(2)
    if any(remark.level == "warning" for remark in found.remarks):
        raise typer.Exit(1)


@editors.command("list")
def list_editors(portal: Portal, ags: Ags, as_json: AsJson = False) -> None:
    """List the users of a Kommune's organization and what they may do."""
    accounts, organization = _open(portal, ags)
    found = accounts.editors(organization)
    if as_json:
        print_json({"portal": portal, "organization": organization, "members": found})
        return
    rows = [(member.name, member.full_name, member.capacity) for member in found]
    out.print(table(f"{organization} on {portal}", ["User", "Name", "May act as"], rows))


@editors.command("add")
def add_editor(
    portal: Portal,
    ags: Ags,
    user: User,
    email: Annotated[str, typer.Option(help="E-mail address, where the account is new.")] = "",
    full_name: Annotated[str, typer.Option("--full-name", help="Name of the person, where the account is new.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a user editor of this Kommune and of no other; creates the account if there is none."""
    accounts, organization = _open(portal, ags)
    _tell(portal, accounts.add_editor(organization, user, email, full_name), "is editor", as_json=as_json)


@editors.command("remove")
def remove_editor(portal: Portal, ags: Ags, user: User, as_json: AsJson = False) -> None:
    """Take a user's rights in this Kommune's organization away; the account stays."""
    accounts, organization = _open(portal, ags)
    _tell(portal, accounts.remove_editor(organization, user), "is no member", as_json=as_json)


@token.command("create")
def create_token(
    portal: Portal,
    who: Who,
    name: TokenName = "allmende",
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Days until it ends, where the portal can do that (default there: 365)."),
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Write it to this new file, for you alone, instead.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="End the former token of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once. With an AGS: for the Kommune's own account for programs."""
    if file is not None and file.exists():
        raise CannotError(f"{file} exists already: name a new file, or remove it.")
    accounts, user = _user(portal, who, create=True)
    made = accounts.create_token(user, name, days, replace=replace)
    if file is not None:
        write_private(file, made.token)
    shown = {"portal": portal, "user": user, "name": name, "expires": made.expires}
    if as_json:
        print_json({**shown, "file": file} if file else {**shown, "token": made.token})
        return
    until = f", good until {made.expires[:10]}" if made.expires else ", without an end"
    where = f", in {file}" if file else "; it is not shown again"
    err.print(f"Token “{name}” of {user} on {portal}{until}{where}.", markup=False)
    if file is None:
        out.print(made.token, markup=False)


@token.command("list")
def list_tokens(portal: Portal, who: Who, as_json: AsJson = False) -> None:
    """List the tokens of an editor, or of all editors of a Kommune. The tokens themselves nobody can show."""
    found = _tokens(portal, who)
    if as_json:
        print_json({"portal": portal, "tokens": found})
        return
    rows = [(t.user, t.name, t.created[:16], t.last_used[:16] or "never", t.id) for t in found]
    out.print(table(f"Tokens on {portal}", ["User", "Name", "Made (UTC)", "Last used (UTC)", "Id"], rows))


@token.command()
def revoke(
    portal: Portal,
    who: Who,
    name: Annotated[str, typer.Option("--name", help="Only tokens with this name or id.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every token.")] = False,
    as_json: AsJson = False,
) -> None:
    """End tokens of an editor, or of all editors of a Kommune. What is ended already is no error."""
    if bool(name) is every:
        raise CannotError("Say which tokens end: --name NAME, or --all.")
    accounts = _accounts(portal)
    users = dict.fromkeys(t.user for t in _tokens(portal, who))
    ended = [t for user in users for t in accounts.revoke(user, lambda one: every or name in {one.name, one.id})]
    if as_json:
        print_json({"portal": portal, "revoked": ended})
    else:
        names = ", ".join(f"“{t.name}” of {t.user}" for t in ended) or "none was there"
        err.print(f"Tokens ended on {portal}: {names}.", markup=False)


def _accounts(portal: str, platform: Platform | None = None) -> Accounts:
    from catalog.ckan.accounts import Accounts
    from catalog.ckan.client import open_client
    from orchestration.portals import ckan_config

    return Accounts(open_client(ckan_config(platform or load_platform(), portal)))


def _open(portal: str, ags: str) -> tuple[Accounts, str]:
    """The accounts of the portal, and the organization of the Kommune."""
    from catalog.ckan import organization_of

    platform = load_platform()
    if ags not in platform.register:
        raise CannotError(wrong_ags(ags))
    return _accounts(portal, platform), organization_of(ags)


def _user(portal: str, who: str, *, create: bool = False) -> tuple[Accounts, str]:
    """The user that is meant: an AGS stands for the Kommune's account for programs, which is made if there is none."""
    if not re.fullmatch(r"\d{8}", who):
        return _accounts(portal), who
    accounts, organization = _open(portal, who)
    user = f"{organization}-program"
    if create:
        accounts.add_editor(organization, user, f"{user}@programme.invalid", f"Programme für {organization}")
    return accounts, user


def _tokens(portal: str, who: str) -> list[Token]:
    from catalog.ckan.accounts import EDITOR

    if not re.fullmatch(r"\d{8}", who):
        return _accounts(portal).tokens(who)
    accounts, organization = _open(portal, who)
    editors = [member.name for member in accounts.editors(organization) if member.capacity == EDITOR]
    return [one for name in editors for one in accounts.tokens(name)]


def _tell(portal: str, done: Done, state: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"portal": portal, **plain(done)})
        return
    how = ", ".join(done.changed) or "as before"
    err.print(f"{done.user} {state} of {done.organization} on {portal} ({how}).", markup=False)


def write_private(path: Path, secret: str) -> None:
    """Write a secret to a new file that only this user can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
