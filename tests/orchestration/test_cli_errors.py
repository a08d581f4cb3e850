"""Every foreseeable mistake ends with exit 2, one clear sentence on stderr, no traceback, nothing half-done."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BAMBERG = "09461000"
GOOD = "Baumnummer;Baumart;Höhe in m\n1;Linde;12,5\n2;Eiche;8,0\n"


@pytest.fixture
def file(home: Path) -> Path:
    """A good small tree register."""
    path = home.parent / "baeume.csv"
    path.write_text(GOOD, encoding="cp1252")
    return path


@pytest.fixture
def pdf(home: Path) -> Path:
    """A PDF that calls itself a table."""
    path = home.parent / "haushalt.csv"
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n")
    return path


def assert_cannot(ended: Any, *words: str) -> None:
    """Exit 2, one sentence with these words, no traceback, nothing on stdout."""
    assert ended.code == 2, ended
    assert ended.sentence.rstrip().endswith((".", "?", "!")), ended.sentence
    assert "Traceback" not in ended.stderr
    assert "Unexpected error" not in ended.stderr
    assert ended.stdout == ""
    for word in words:
        assert word in ended.sentence, ended.sentence


@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize("command", ["read", "check", "ingest"])
def test_a_file_that_is_not_there(cli, command: str, as_json: tuple[str, ...]) -> None:
    """The sentence names the path as it was typed."""
    more = {"read": ("-o", "out.csv"), "check": (), "ingest": ("--publisher", BAMBERG)}[command]
    assert_cannot(cli(command, "gibtsnicht.csv", *more, *as_json), "gibtsnicht.csv", "no such file")


@pytest.mark.parametrize("command", ["check", "ingest"])
@pytest.mark.parametrize(("ags", "near"), [("09461001", "09461000"), ("Bamberg", "Bamberg"), ("9461000", "09461000")])
def test_a_wrong_ags_comes_with_a_suggestion(cli, file: Path, command: str, ags: str, near: str) -> None:
    """A typo, a name or a lost leading zero: the right AGS is among the three that are proposed."""
    ended = cli(command, file, "--publisher", ags)
    assert_cannot(ended, f"“{ags}”", "did you mean", near)
    assert "09461000" in ended.sentence


@pytest.mark.parametrize("command", ["read", "check"])
def test_a_pdf_that_calls_itself_csv(cli, pdf: Path, command: str) -> None:
    """What it is, and what the Kommune can do, in German; nothing is written."""
    more = ("-o", "out.csv") if command == "read" else ("--standard", "haushalt")
    assert_cannot(cli(command, pdf, *more, "--json"), "haushalt.csv", "PDF")
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("command", ["check", "ingest"])
def test_an_unknown_standard(cli, file: Path, command: str) -> None:
    """The known ones are told."""
    more = ("--publisher", BAMBERG) if command == "ingest" else ()
    assert_cannot(cli(command, file, "--standard", "baeume", *more), "“baeume”", "baumkataster")
    assert_cannot(cli("standards", "show", "baeume", "--json"), "“baeume”", "baumkataster")


def test_an_unknown_portal(cli) -> None:
    """The known ones are told, and where a new one is added."""
    for command in (("plan",), ("apply",), ("rollback",)):
        assert_cannot(cli("publish", *command, "--portal", "bydata", "--json"), "“bydata”", "static")


def test_a_plan_that_is_none(cli, tmp_path: Path) -> None:
    """A file that is missing, no JSON, no plan or one for another portal is one sentence, and nothing is applied."""
    kept = tmp_path / "plan.json"
    assert_cannot(cli("publish", "apply", "--plan", kept), "plan.json", "cannot be read")
    for content in (b"\xff", b"[]", b'{"portal": "static"}'):
        kept.write_bytes(content)
        assert_cannot(cli("publish", "apply", "--plan", kept), "plan.json", "publish plan -o FILE")
    cli("publish", "plan", "-o", kept, "--json")
    kept.write_text(kept.read_text().replace('"static"', '"live"'))
    assert_cannot(cli("publish", "apply", "--plan", kept), "plan.json", "make a new plan")


def test_a_wrong_store_name(cli) -> None:
    """A drill of a site that nobody configured names those that are."""
    assert_cannot(cli("stores", "drill", "--site", "cloud-x", "--json"), "“cloud-x”", "onprem", "cloud-a")


def test_a_bad_classification(cli, file: Path) -> None:
    """The three words are told; nothing landed."""
    ended = cli("ingest", file, "--publisher", BAMBERG, "--classification", "geheim", "--json")
    assert_cannot(ended, "“geheim”", "open, internal or confidential")


def test_a_bad_dataset_name(cli, file: Path) -> None:
    """A name that cannot be a key is refused before anything lands."""
    assert_cannot(cli("ingest", file, "--publisher", BAMBERG, "--dataset", "../oben"), "../oben")


def test_withdrawing_what_never_was(cli) -> None:
    """The sentence names the dataset."""
    assert_cannot(cli("withdraw", f"{BAMBERG}/nie", "--reason", "weg", "--json"), f"{BAMBERG}/nie")
    assert_cannot(cli("withdraw", "quatsch", "--reason", "weg", "--json"), "quatsch")


def test_damaged_settings(cli, home: Path) -> None:
    """File, line and fix."""
    (home.parent / "allmende.toml").write_text("[checks\n")
    for command in (("stores", "status", "--json"), ("run", "--json"), ("publish", "plan", "--json")):
        assert_cannot(cli(*command), "allmende.toml", "line 1")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('ags = "09461000"\nnmae = "Bamberg"\n', "nmae"),
        ('ags = "09461000\n', "no valid TOML"),
        ("ags = 9461000\n", "write it in quotes"),
    ],
)
def test_a_broken_publisher_file(cli, home: Path, file: Path, text: str, word: str) -> None:
    """File, key and fix; `publishers check` lists it as a finding."""
    folder = home / "publishers"
    folder.mkdir(parents=True)
    (folder / "09461000.toml").write_text(text)
    assert_cannot(cli("ingest", file, "--publisher", BAMBERG, "--json"), "09461000.toml", word)
    checked = cli("publishers", "check", "--json")
    assert checked.code == 1
    assert word in checked.document["problems"][0]["message"] + checked.document["problems"][0]["key"]


def test_a_damaged_index_is_told(cli, home: Path) -> None:
    """No plan is made from an index that cannot be read: the way to heal it is named."""
    index = home / "sites/onprem/open/index.json"
    index.parent.mkdir(parents=True)
    index.write_text('{"datasets": ')
    assert_cannot(cli("publish", "plan", "--json"), "open/index.json", "stores repair")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, half full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no mount here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


def test_a_full_disk_while_reading_and_checking(cli, file: Path, small_disk: Path) -> None:
    """One sentence; no half a file under the name that was asked for."""
    _fill(small_disk)
    for command in (
        ("read", file, "-o", small_disk / "out.csv", "--json"),
        ("check", file, "--standard", "baumkataster", "--fixed", small_disk / "fixed.csv", "--json"),
    ):
        assert_cannot(cli(*command), "disk is full")
    assert sorted(path.name for path in small_disk.iterdir()) == ["ballast"]


def test_a_full_disk_while_handing_in(cli, file: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence; once there is space again, the same command brings everything in exactly once."""
    monkeypatch.setenv("ALLMENDE_HOME", str(small_disk / "home"))
    ballast = _fill(small_disk)
    ended = cli("ingest", file, "--publisher", BAMBERG, "--standard", "baumkataster", "--json")
    assert_cannot(ended, "full" if "full" in ended.stderr else "space")
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = cli("ingest", file, "--publisher", BAMBERG, "--standard", "baumkataster", "--json")
    assert again.code == 0, again.stderr
    (dataset,) = again.document["datasets"]
    assert (dataset["status"], dataset["rows_accepted"]) == ("new", 2)
