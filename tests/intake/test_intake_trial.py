"""The dry run: what it says, what it gives back, what it keeps (nothing), what it survives."""

from __future__ import annotations

import re
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from intake.config import WorkerLimits
from intake.report import CheckReport
from intake.results import Results
from intake.sandbox import Job, _environment
from intake.view import headline

DOWNLOAD = re.compile(r'href="(/pruefen/ergebnis/[\w-]{32}/[a-z]+\.(?:csv|xlsx))"')


def test_a_file_with_faults_ends_in_the_right_numbers(visitor: Any, trees: bytes) -> None:
    """The page says in one sentence what was understood, and shows columns, repairs and the rows with their reasons."""
    page = visitor.check("Bäume 2024.csv", trees, "baumkataster")
    assert page.status_code == 200
    assert page.history[0].status_code == 303
    text = page.text
    assert re.search(
        r"Als Baumkataster verstanden: 3 von 6 Zeilen gut, \d+ Werte repariert, 3 Zeilen brauchen Sie", text
    )
    assert "Bäume 2024.csv" in text
    assert "In Zeile 4 steht in „Pflanzjahr“ der Wert „neunzig“" in text
    assert "Einheit hinter der Zahl entfernt" in text
    assert "bekannter Name" in text
    assert "Strichpunkt" in text


def test_the_corrected_file_and_the_rejected_rows_come_back(visitor: Any, trees: bytes) -> None:
    """Both files are there as CSV and Excel, hold what the page counted, and are sent as downloads."""
    text = visitor.check("Bäume 2024.csv", trees, "baumkataster").text
    links = {path.rpartition("/")[2]: path for path in DOWNLOAD.findall(text)}
    assert set(links) == {"korrigiert.csv", "korrigiert.xlsx", "zurueckgestellt.csv", "zurueckgestellt.xlsx"}
    good = visitor.get(links["korrigiert.csv"])
    frame = pl.read_csv(good.content, infer_schema_length=0)
    assert frame["baum_nr"].to_list() == ["1", "2", "4"]
    assert frame["hoehe_m"].to_list() == ["12.5", "9.0", "4.5"]
    assert frame["art_botanisch"][2].startswith("'=HYPERLINK")
    assert good.headers["content-disposition"] == 'attachment; filename="baeume-2024-korrigiert.csv"'
    assert good.headers["content-type"] == "application/octet-stream"
    assert good.headers["x-content-type-options"] == "nosniff"
    bad = pl.read_excel(BytesIO(visitor.get(links["zurueckgestellt.xlsx"]).content))
    assert bad["Zeile"].to_list() == [4, 6, 7]
    assert bad["Pflanzjahr"].to_list() == ["neunzig", "2010", "2010"]


def test_the_columns_tell_the_package(visitor: Any, trees: bytes) -> None:
    """Without a choice the package is recognised, and the page says that it was."""
    text = visitor.check("liste.csv", trees).text
    assert "Als Baumkataster verstanden" in text
    assert "haben wir an den Spalten erkannt" in text


def test_what_nobody_recognises_is_asked_about(visitor: Any) -> None:
    """A table that fits no package leads to a question, not to a guess."""
    page = visitor.check("x.csv", b"Farbe;Form\nrot;rund\nblau;eckig\n")
    assert page.status_code == 200
    assert "Wir haben nicht erkannt, worum es in der Datei geht" in page.text


def test_an_unreadable_file_is_refused_with_the_readers_sentence(visitor: Any) -> None:
    """A PDF is no table; the page says what to do and no file is offered."""
    page = visitor.check("haushalt.pdf", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "haushalt")
    assert "Das ist ein PDF-Dokument" in page.text
    assert not DOWNLOAD.findall(page.text)


def test_script_in_cells_and_names_stays_text(visitor: Any, trees: bytes) -> None:
    """Markup in a value, a header or the file's name is shown as text, never as markup."""
    hostile = trees.replace(b"Bemerkung", b"<b onclick=x>Bemerkung</b>")
    text = visitor.check("<script>alert(0)</script>.csv", hostile, "baumkataster").text
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "<b onclick" not in text
    assert "script&gt;.csv" in text
    assert "&lt;img src=x onerror=alert(4)&gt;" in text


def test_a_traversal_filename_is_only_a_name(visitor: Any, trees: bytes, tmp_path: Path) -> None:
    """A name with dots and slashes is cut to its last part and names no path."""
    before = sorted(tmp_path.rglob("*"))
    page = visitor.check("../../../../tmp/böse\\..\\baum.csv", trees, "baumkataster")
    assert "<code>baum.csv</code>" in page.text
    made = set(tmp_path.rglob("*")) - set(before)
    assert all(path.is_relative_to(visitor.config.work) for path in made)


def test_the_upload_is_gone_and_the_result_can_be_deleted(visitor: Any, trees: bytes) -> None:
    """After the check only the result remains; a click deletes that, and its address says so in a sentence."""
    page = visitor.check("baum.csv", trees, "baumkataster")
    assert "hochgeladen" not in visitor.left_behind()
    assert all(trees != path.read_bytes() for path in visitor.config.work.rglob("*") if path.is_file())
    path = page.url.path
    done = visitor.client.post(
        f"{path}/loeschen", data={"formular": re.search(r'name="formular" value="(\w+)"', page.text)[1]}
    )
    assert "Das Ergebnis ist gelöscht" in done.text
    assert visitor.left_behind() == []
    gone = visitor.get(path)
    assert gone.status_code == 404
    assert "Dieses Ergebnis gibt es nicht mehr" in gone.text


def test_results_vanish_when_their_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its minutes a result is neither shown nor kept; a folder that a killed process left goes, too."""
    results = Results(tmp_path / "work", minutes=30)
    name, folder = results.open_folder()
    (folder / "korrigiert.csv").write_bytes(b"x")
    results.keep(name, "a.csv", CheckReport(status="refused"))
    results.open_folder()
    assert results.get(name) is not None
    assert results.sweep() == 0
    later = time.time() + 30 * 60 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr("intake.results.datetime", _Later)
    assert results.get(name) is None
    assert results.file(name, "korrigiert.csv") is None
    assert results.sweep() == 2
    assert list((tmp_path / "work").iterdir()) == []


class _Later(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz or UTC) + timedelta(minutes=30, seconds=1)


def test_only_listed_files_of_a_result_can_be_fetched(visitor: Any, trees: bytes) -> None:
    """Neither the report itself nor a path beside it is a download."""
    path = visitor.check("baum.csv", trees, "baumkataster").url.path
    for wanted in ("bericht.json", "..%2fbericht.json", "hochgeladen", "%2e%2e"):
        assert visitor.get(f"{path}/{wanted}").status_code == 404


def test_a_file_above_the_limit_is_refused_while_it_streams(portal: Any) -> None:
    """Announced or not, what is too large ends in a sentence with the limit, and nothing of it stays."""
    visitor = portal(max_upload_bytes=200_000)
    page = visitor.check("gross.csv", b"a;b\n" + b"1;2\n" * 100_000, "baumkataster")
    assert page.status_code == 413
    assert "Die Datei ist zu groß. Erlaubt sind 200 KB" in page.text
    boundary = b"--x\r\ncontent-disposition: form-data; name=datei; filename=a.csv\r\n\r\n"
    parts = (boundary, *(b"1;2\n" * 10_000 for _ in range(20)))
    chunked = visitor.client.post(
        "/pruefen", content=iter(parts), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert "content-length" not in chunked.request.headers
    assert chunked.status_code == 413
    assert visitor.left_behind() == []


def test_a_zip_bomb_is_refused(visitor: Any) -> None:
    """A workbook that would unpack to far more than it weighs is not opened."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bombe.csv", b"0" * 100_000_000)
    page = visitor.check("bombe.zip", packed.getvalue(), "baumkataster")
    assert page.status_code == 200
    assert "Diese Datei konnten wir nicht lesen" in page.text
    assert "entpacken" in page.text


def test_a_worker_that_takes_too_long_is_killed(portal: Any, trees: bytes) -> None:
    """When time is up the visitor gets a sentence, the process is gone and nothing stays behind."""
    visitor = portal(limits=WorkerLimits(wall_seconds=0.05))
    page = visitor.check("baum.csv", trees, "baumkataster")
    assert page.status_code == 422
    assert "mehr Speicher oder Zeit" in page.text
    assert visitor.left_behind() == []


@pytest.mark.parametrize(
    "greed", ["bytearray(2**31)", "[None for _ in iter(int, 1)]", "open('x', 'wb').write(b'0' * 10**7)"]
)
def test_the_limits_hold(portal: Any, trees: bytes, monkeypatch: pytest.MonkeyPatch, greed: str) -> None:
    """Under the worker's own limits, code that takes memory, time or disk without end is stopped."""
    code = f"from intake.worker import limit; limit(2**30, 1, 10**6); {greed}"
    monkeypatch.setattr("intake.sandbox._command", lambda *_: [sys.executable, "-I", "-c", code])
    visitor = portal(limits=WorkerLimits(wall_seconds=30))
    started = time.monotonic()
    page = visitor.check("baum.csv", trees, "baumkataster")
    assert page.status_code == 422
    assert "mehr Speicher oder Zeit" in page.text
    assert visitor.get("/").status_code == 200
    assert time.monotonic() - started < 20
    assert visitor.left_behind() == []


def test_a_worker_that_breaks_down_ends_in_a_sentence(
    visitor: Any, trees: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash, a signal or nonsense from the worker never reaches the visitor as such."""
    for code, status in (
        ("import sys; sys.exit(3)", 500),
        ("print('kein JSON')", 500),
        ("import os; os.kill(os.getpid(), 9)", 422),
        ("print('x' * 20_000_000)", 500),
    ):
        monkeypatch.setattr("intake.sandbox._command", lambda *_, code=code: [sys.executable, "-c", code])
        page = visitor.check("baum.csv", trees, "baumkataster")
        assert page.status_code == status
        assert "Das hat nicht geklappt" in page.text
        assert visitor.left_behind() == []


def test_the_worker_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the portal's environment reaches the process that opens hostile files."""
    monkeypatch.setenv("ALLMENDE_INTAKE__SECRET", "geheim")
    told = _environment(WorkerLimits(), tmp_path)
    assert "geheim" not in " ".join(told.values())
    assert {"HOME", "TMPDIR"} <= set(told)
    assert Job(tmp_path, "x", tmp_path).standard == ""


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((1251, 1243, 310), "1.243 von 1.251 Zeilen gut, 310 Werte repariert, 8 Zeilen brauchen Sie."),
        ((2, 1, 1), "1 von 2 Zeilen gut, 1 Wert repariert, 1 Zeile braucht Sie."),
        ((7, 7, 0), "alle 7 Zeilen gut, nichts zu reparieren, Sie müssen nichts tun."),
        ((1, 1, 0), "die einzige Zeile ist gut, nichts zu reparieren, Sie müssen nichts tun."),
        ((0, 0, 0), "aber die Datei enthält keine Datenzeilen."),
    ],
)
def test_the_headline_is_good_german(numbers: tuple[int, int, int], sentence: str) -> None:
    """One and many, none and all are said as a person would say them."""
    total, good, repaired = numbers
    report = CheckReport(
        status="judged",
        title_de="Baumkataster",
        rows_total=total,
        rows_accepted=good,
        rows_rejected=total - good,
        repaired=repaired,
    )
    assert headline(report).endswith(sentence)
