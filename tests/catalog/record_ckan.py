r"""Play every scenario against a real CKAN and write what was said to `ckan_recordings/`, for the tests to replay.

Run it against a throw-away CKAN 2.12 with our plugin and its settings (`infra/ckan`); it purges every
dataset and organization there, before each scenario:

    ALLMENDE_TEST_CKAN_URL=http://127.0.0.1:5000 ALLMENDE_TEST_CKAN_TOKEN=… \
        python tests/catalog/record_ckan.py [--plain] [scenario …]

The token must be a sysadmin's. `--plain` is for a CKAN without ckanext-scheming and writes to `<scenario>-plain.json`.
Tokens are sent in headers, which are not recorded; addresses, hashes and e-mail addresses of accounts are replaced.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).parent))
from ckan_scenarios import ADDRESS, RECORDINGS, SCENARIOS, Stage

from catalog.publishing import History

PLAIN = ("plain_portal", "update", "roll_back")
_ACCOUNT = {"email_hash": "0" * 32, "apikey": None, "email": "account@example.org"}


class Recorder:
    """Sends calls to the CKAN and keeps what was said."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.tokens = {"admin": token, "anonymous": "", "wrong": "no-such-token"}
        self.said: list[dict[str, Any]] = []
        self.made: set[str] = set()
        self._http = requests.Session()

    def send(self, who: str, action: str, request: dict[str, Any]) -> tuple[int, str]:
        status, body = self.ask(who, action, request)
        if action == "package_create" and status == 200:
            self.made.add(body["result"]["id"])
        clean = self.scrub(body)
        self.said.append({"who": who, "action": action, "request": request, "status": status, "response": clean})
        return status, json.dumps(clean)

    def ask(self, who: str, action: str, request: dict[str, Any]) -> tuple[int, Any]:
        token = self.tokens[who]
        answer = self._http.post(
            f"{self.url}/api/action/{action}",
            json=request,
            headers={"Authorization": token} if token else {},
            allow_redirects=False,
            timeout=120,
        )
        return answer.status_code, answer.json()

    def admin(self, action: str, **request: Any) -> Any:
        status, body = self.ask("admin", action, request)
        if status != 200:
            raise SystemExit(
                f"{action} on {self.url} answered {status}: is it a throw-away CKAN, the token a sysadmin's?"
            )
        return body["result"]

    def scrub(self, value: Any) -> Any:
        if isinstance(value, dict):
            hidden = _ACCOUNT if "email_hash" in value else {}
            return {key: hidden.get(key, self.scrub(item)) for key, item in value.items() if key != "help"}
        if isinstance(value, list):
            return [self.scrub(item) for item in value]
        if isinstance(value, str):
            return re.sub(re.escape(self.url), ADDRESS, value)
        return value

    def reset(self) -> None:
        """Purge everything, also what lies in the trash, where CKAN's search does not look."""
        while found := self.admin("package_search", include_private=True, rows=1000)["results"]:
            for package in found:
                self.admin("dataset_purge", id=package["id"])
        for id_ in self.made:
            self.ask("admin", "dataset_purge", {"id": id_})
        self.made.clear()
        for name in self.admin("organization_list"):
            self.admin("organization_purge", id=name)

    def make_editor(self) -> None:
        """A user who is editor of the organization of 09162000, which exists before the scenario."""
        name = f"editor-{secrets.token_hex(4)}"
        self.admin("user_create", name=name, email=f"{name}@example.org", password=secrets.token_urlsafe(16))
        self.tokens["editor"] = self.admin("api_token_create", user=name, name="test")["token"]
        self.admin("organization_create", name="ags-09162000", title="Stadt 09162000")
        self.admin("organization_member_create", id="ags-09162000", username=name, role="editor")


def record(name: str, url: str, token: str, suffix: str = "") -> None:
    """Play one scenario and write its recording."""
    recorder = Recorder(url, token)
    recorder.reset()
    if name == "editor_token":
        recorder.make_editor()
    with tempfile.TemporaryDirectory() as folder:
        try:
            SCENARIOS[name](Stage(recorder.send, recorder.reset, History(Path(folder))))
        finally:
            recorder.reset()
    version = recorder.admin("status_show")["ckan_version"]
    RECORDINGS.mkdir(exist_ok=True)
    path = RECORDINGS / f"{name}{suffix}.json"
    path.write_text(compact(version, recorder.said))
    print(f"{name}{suffix}: {len(recorder.said)} calls, {path.stat().st_size // 1024} kB")  # noqa: T201


def compact(version: str, said: list[dict[str, Any]]) -> str:
    """One call a line; equal answers are kept once and named by their place."""
    answers: dict[str, int] = {}
    calls = []
    for call in said:
        place = answers.setdefault(json.dumps(call["response"]), len(answers))
        calls.append(json.dumps({**call, "response": place}))
    parts = ",\n".join(answers), ",\n".join(calls)
    return f'{{"ckan_version": "{version}",\n"answers": [\n{parts[0]}\n],\n"calls": [\n{parts[1]}\n]}}\n'


def main() -> None:
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    is_plain = "--plain" in sys.argv
    url, token = os.environ["ALLMENDE_TEST_CKAN_URL"], os.environ["ALLMENDE_TEST_CKAN_TOKEN"]
    for name in names or (PLAIN if is_plain else sorted(set(SCENARIOS) - {"plain_portal"})):
        record(name, url, token, "-plain" if is_plain and name != "plain_portal" else "")


if __name__ == "__main__":
    main()
