"""The CKAN target against what a real CKAN 2.12 said: `record_ckan.py` renews the recordings.

Strict: a call that was not recorded, or comes in another order, fails; so does a recorded call that is not made.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.publishing import History
from tests.catalog import ckan_scenarios as scenarios

HERE = Path(__file__).parent


RECORDED = sorted(path.stem for path in scenarios.RECORDINGS.glob("*.json"))


class Replay:
    """Answers as the recording does, in its order."""

    def __init__(self, path: Path) -> None:
        recording = json.loads(path.read_text())
        self.answers: list[Any] = recording["answers"]
        self.calls: list[dict[str, Any]] = recording["calls"]
        self.next = 0

    def send(self, who: str, action: str, request: dict[str, Any]) -> tuple[int, str]:
        assert self.next < len(self.calls), f"{action} was not recorded: renew the recording with record_ckan.py"
        call = self.calls[self.next]
        self.next += 1
        asked, recorded = (who, action, request), (call["who"], call["action"], call["request"])
        assert asked == recorded, f"call {self.next} differs from the recording: renew it with record_ckan.py"
        return call["status"], json.dumps(self.answers[call["response"]])


@pytest.mark.parametrize("name", RECORDED)
def test_scenario_goes_as_on_the_real_ckan(name: str, tmp_path: Path) -> None:
    """The scenario holds, and every call is the one that was made to the real CKAN."""
    replay = Replay(scenarios.RECORDINGS / f"{name}.json")
    stage = scenarios.Stage(replay.send, lambda: None, History(tmp_path))
    scenarios.SCENARIOS[name.removesuffix("-plain")](stage)
    assert replay.next == len(replay.calls)


def test_every_scenario_is_recorded() -> None:
    """No scenario is written without having been played against a real CKAN."""
    assert set(scenarios.SCENARIOS) == {name.removesuffix("-plain") for name in RECORDED}


def test_recordings_hold_no_token() -> None:
    """Neither a token nor the address of the recorded machine is in the repository."""
    for path in scenarios.RECORDINGS.glob("*.json"):
        text = path.read_text()
        assert '"Authorization":' not in text
        assert "eyJ" not in text, f"{path.name} holds something like a JSON web token"
        assert "127.0.0.1" not in text


def test_a_call_that_was_not_recorded_fails(tmp_path: Path) -> None:
    """The replay is strict: another request is an error, not an invented answer."""
    replay = Replay(scenarios.RECORDINGS / "update.json")
    with pytest.raises(AssertionError, match="differs from the recording"):
        replay.send("admin", "package_show", {"id": "something-else"})
