"""The demo data: the same on every machine, honest about being invented, and its answer key is right."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import polars as pl
import pytest
from pyproj import Transformer

from connectors.demo import DemoDataset, answer_key, demo_datasets, places, write_demo
from connectors.demo.dice import Dice
from connectors.demo.encode import comma, text_table, thousands
from storage.manifest import Classification

PROJECT = Path(__file__).resolve().parents[2]
DIGESTS = """
import hashlib
from connectors.demo import demo_datasets
print(*(hashlib.sha256(one.content).hexdigest() for one in demo_datasets()))
"""


def dataset(key: str) -> DemoDataset:
    return next(one for one in demo_datasets() if one.id == key)


def rows_of(key: str, *, encoding: str, delimiter: str, skip: int = 0, width: int | None = None) -> list[list[str]]:
    lines = csv.reader(io.StringIO(dataset(key).content.decode(encoding), newline=""), delimiter=delimiter)
    return [row for row in list(lines)[skip + 1 :] if width is None or len(row) == width]


def test_a_dozen_datasets_over_six_standards():
    """There are a dozen or more datasets, and each of the six standards has at least two publishers to merge."""
    publishers: dict[str, set[str]] = {}
    for one in demo_datasets():
        if one.expected.is_readable and one.expected.classification is Classification.OPEN:
            publishers.setdefault(one.expected.standard, set()).add(one.ags)
    assert len(demo_datasets()) >= 12
    assert set(publishers) == {
        "baumkataster",
        "spielplaetze",
        "parkraum",
        "radverkehrszaehlung",
        "haushalt",
        "wochenmaerkte",
    }
    assert min(map(len, publishers.values())) >= 2


def test_every_kommune_is_in_the_register():
    """Each AGS belongs to the Gemeinde whose name the dataset carries."""
    register = pl.read_csv(PROJECT / "dbt_project/seeds/gemeinden.csv", infer_schema=False)
    names = dict(zip(register["ags"], register["name"], strict=True))
    for one in demo_datasets():
        town = one.publisher.split(" ", 1)[1].split(" (")[0]
        assert names[one.ags].startswith(town)


def test_another_process_makes_the_same_bytes():
    """Nothing depends on the process: neither hash seeds, nor the clock, nor the time zone."""
    here = [hashlib.sha256(one.content).hexdigest() for one in demo_datasets()]
    environment = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "PATH": ""}
    there = subprocess.run(
        [sys.executable, "-c", DIGESTS], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert there.stdout.split() == here


def test_archives_are_not_deflated():
    """XLSX and ODS are stored, since compressed bytes differ between versions of zlib."""
    for key in ("09763000/baumkataster", "09178124/radverkehrszaehlung", "09764000/wochenmaerkte"):
        content = dataset(key).content
        assert content[:4] == b"PK\x03\x04"
        assert int.from_bytes(content[8:10], "little") == 0


def test_writing_twice_writes_nothing(tmp_path: Path):
    """The second run leaves every file alone, modification time included, and leaves nothing else behind."""
    first = write_demo(tmp_path / "inbox", tmp_path / "publishers")
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    second = write_demo(tmp_path / "inbox", tmp_path / "publishers")
    assert (first.files_unchanged, second.files_written) == (0, 0)
    assert first.files_written == second.files_unchanged == len(times)
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}


def test_a_damaged_file_is_made_whole_again(tmp_path: Path):
    """A file with other bytes is written anew, and only that one."""
    write_demo(tmp_path / "inbox", tmp_path / "publishers")
    victim = tmp_path / "inbox/09461000/baumkataster.csv"
    victim.write_bytes(b"half")
    assert write_demo(tmp_path / "inbox", tmp_path / "publishers").files_written == 1
    assert victim.read_bytes() == dataset("09461000/baumkataster").content


def test_publisher_files_say_that_the_data_is_invented(tmp_path: Path):
    """Every publisher file is marked as invented, and every dataset keeps its classification."""
    write_demo(tmp_path / "inbox", tmp_path / "publishers")
    seen = {}
    for path in (tmp_path / "publishers").glob("*.toml"):
        publisher = tomllib.loads(path.read_text(encoding="utf-8"))
        assert publisher["is_invented"] is True
        for entry in publisher["datasets"]:
            seen[f"{path.stem}/{entry['slug']}"] = entry["classification"]
    assert seen == {one.id: one.expected.classification for one in demo_datasets()}
    assert list(seen.values()).count("internal") == 1


def test_the_key_agrees_with_the_files_themselves():
    """Rows and sums of the answer key are found again by counting the files with the csv module alone."""
    key = answer_key()
    trees = rows_of("09461000/baumkataster", encoding="cp1252", delimiter=";", skip=3, width=10)
    assert len(trees) == key["09461000/baumkataster"].rows_total == 2400
    assert sum(row[4] == "hoch" for row in trees) == key["09461000/baumkataster"].rejected["not_a_number"]
    assert sum(row[4] == "k.A." for row in trees) == key["09461000/baumkataster"].nulls["hoehe_m"]
    assert len(trees) - len({tuple(row) for row in trees}) == key["09461000/baumkataster"].rejected["duplicate_row"]
    counts = rows_of("09562000/radverkehrszaehlung", encoding="utf-8", delimiter=";")
    cells = [cell for row in counts for cell in row[1:]]
    assert len(cells) == key["09562000/radverkehrszaehlung"].rows_total
    numbers = [int(cell) for cell in cells if cell != "defekt"]
    assert sum(numbers) == key["09562000/radverkehrszaehlung"].sums["anzahl"]
    amounts = [row[7] for row in rows_of("09363000/haushalt", encoding="latin-1", delimiter=";")]
    assert len(amounts) == key["09363000/haushalt"].rows_total


def test_budget_totals_row_adds_up():
    """The totals row of the Regensburg file is the sum of the rows above: counting it would double the budget."""
    *lines, total = rows_of("09362000/haushalt", encoding="cp1252", delimiter=";", skip=3)

    def euros(cell: str) -> float:
        return float(cell.replace(".", "").replace(",", "."))

    assert total[0] == "Summe"
    accepted = sum(euros(cell) for row in lines for cell in row[5:] if cell != "siehe Anlage")
    assert accepted == pytest.approx(sum(map(euros, total[5:])))
    key = answer_key()["09362000/haushalt"]
    assert accepted == pytest.approx(key.sums["betrag_eur"])
    assert key.rejected["totals_row"] == len(total[5:])


@pytest.mark.parametrize(
    ("box", "epsg", "degrees"),
    [(places.KEMPTEN_UTM32, 25832, places.KEMPTEN), (places.ROTHENBURG_GK4, 31468, places.ROTHENBURG)],
)
def test_projected_boxes_lie_in_the_town(box: places.Box, epsg: int, degrees: places.Box):
    """The boxes in metres are the same places as the boxes in degrees."""
    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True)
    for x, y in [(box[0], box[1]), (box[2], box[3]), (box[0], box[3]), (box[2], box[1])]:
        lon, lat = to_degrees.transform(x, y)
        assert degrees[0] <= lon <= degrees[2]
        assert degrees[1] <= lat <= degrees[3]


def test_dialects_are_what_they_claim():
    """Bamberg is no UTF-8, Rothenburg is UTF-16 with tabs, Nersingen has a BOM, Cham is a PDF in disguise."""
    with pytest.raises(UnicodeDecodeError):
        dataset("09461000/baumkataster").content.decode("utf-8")
    assert dataset("09571193/baumkataster").content[:2] == b"\xff\xfe"
    assert "\t" in dataset("09571193/baumkataster").content.decode("utf-16")
    assert dataset("09775134/spielplaetze").content[:3] == b"\xef\xbb\xbf"
    assert dataset("09372116/spielplaetze").content.startswith(b"%PDF")
    assert json.loads(dataset("09262000/spielplaetze").content)["type"] == "FeatureCollection"


def test_planted_persons_are_in_the_files():
    """The words that must not be published really stand in what was handed in, else nothing would be proven."""
    for key in ("09775134/spielplaetze", "09662000/parkraum-intern"):
        assert answer_key()[key].forbidden
        for word in answer_key()[key].forbidden:
            assert word in dataset(key).content.decode("utf-8-sig")


def test_faults_never_touch():
    """Chosen rows are distinct and no neighbours, so that a repeated row repeats a sound one."""
    chosen = Dice("seed").rows(200, {"a": 20, "b": 20})
    assert sorted(chosen.values()) == ["a"] * 20 + ["b"] * 20
    assert all(row + 1 not in chosen for row in chosen)


def test_german_notation():
    """Numbers are written as a town hall writes them."""
    assert (comma(12.5, 1), thousands(1234567.891, 2), comma(None, 2)) == ("12,5", "1.234.567,89", "")
    assert text_table(["a", "b"], [["1;2", "ü"]], encoding="cp1252") == b'a;b\r\n"1;2";\xfc\r\n'
