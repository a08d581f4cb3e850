"""Several portals at once: what goes where, and one that is down beside one that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalog.publishing import Plan, PortalChanged
from orchestration.cli.portals import write_private
from orchestration.platform import Platform
from orchestration.portals import goes_to, make_so, portal
from orchestration.settings import PortalConfig, load_settings
from storage.names import DatasetId
from tests.orchestration.conftest import Cli

DOWN = 'kind = "ckan"\nurl = "http://127.0.0.1:9"\n'


@dataclass(frozen=True)
class _Dataset:
    id: str
    standard: str = "kitas"
    is_invented: bool = False

    @property
    def dataset_id(self) -> DatasetId:
        return DatasetId.parse(self.id)


@pytest.mark.parametrize(
    ("told", "there"),
    [
        ({}, {"09162000/a", "09761000/b", "land/c"}),
        ({"publishers": ("091", "land")}, {"09162000/a", "land/c"}),
        ({"publishers": ("09761000",)}, {"09761000/b"}),
        ({"standards": ("kitas",)}, {"09162000/a", "land/c"}),
        ({"invented": False}, {"09761000/b", "land/c"}),
    ],
)
def test_settings_say_what_goes_to_a_portal(told: dict[str, Any], there: set[str]) -> None:
    """By publisher (also all of a Regierungsbezirk), by standard, and without invented contents."""
    datasets: list[Any] = [
        _Dataset("09162000/a", is_invented=True), _Dataset("09761000/b", standard="baumkataster"), _Dataset("land/c"),
    ]  # fmt: skip
    config = PortalConfig(kind="static", **told)
    assert {one.id for one in datasets if goes_to(config, one)} == there


def test_a_portal_that_is_down_holds_up_no_other(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command over all portals tells of it in one sentence and does the rest."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    (home.parent / "allmende.toml").write_text(f'[portals.live]\n{DOWN}\n[portals.static]\nkind = "static"\n')
    for command, word in (("plan", "plans"), ("apply", "reports")):
        ended = cli("publish", command, "--portal", "all", "--json")
        assert ended.code == 2
        assert [one["portal"] for one in ended.document[word]] == ["static"]
        assert "cannot be reached" in ended.document["problems"]["live"]
    ended = cli("portal", "list", "--json")
    assert ended.code == 1
    assert {one["name"]: bool(one["problem"]) for one in ended.document["portals"]} == {"live": True, "static": False}


def test_portals_of_two_kinds_are_not_compared(cli: Cli, home: Path) -> None:
    """Their contents are said in two vocabularies; and accounts are a matter of CKAN."""
    (home.parent / "allmende.toml").write_text(f'[portals.live]\n{DOWN}\n[portals.static]\nkind = "static"\n')
    assert "two kinds" in cli("publish", "compare", "--portal", "live", "--with", "static").sentence
    assert "needs one of kind ckan; there are live" in cli("portal", "editors", "list", "static", "09761000").sentence
    assert "no AGS" in cli("portal", "editors", "list", "live", "09761999").sentence


def test_a_token_is_never_written_over_a_file(cli: Cli, home: Path) -> None:
    """It goes to a new file that only its user can read; and nobody ends tokens without saying which."""
    (home.parent / "allmende.toml").write_text(f"[portals.live]\n{DOWN}")
    there = home.parent / "token.txt"
    there.write_text("mine")
    assert "exists already" in cli("portal", "token", "create", "live", "erika", "--file", str(there)).sentence
    assert there.read_text() == "mine"
    assert "--name NAME, or --all" in cli("portal", "token", "revoke", "live", "erika").sentence
    made = home.parent / "new.txt"
    write_private(made, "secret")
    assert (made.read_text(), made.stat().st_mode & 0o777) == ("secret\n", 0o600)


def test_a_portal_that_changes_while_it_is_applied_to_is_planned_for_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request of a killed apply that is still at work costs a new plan; a portal that never rests is told."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    platform = Platform(load_settings(home=home))
    target, made = portal(platform, "static"), list[Plan]()

    def changed(times: int) -> Callable[[Plan], str]:
        def do(plan: Plan) -> str:
            made.append(plan)
            if len(made) <= times:
                raise PortalChanged("static", ["09461000/baeume"])
            return "done"

        return do

    assert make_so(platform, target, changed(2)) == "done"
    assert len(made) == 3
    with pytest.raises(PortalChanged):
        make_so(platform, target, changed(99))
