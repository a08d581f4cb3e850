"""A dataset version as files: what is in them, when they are written, and that they are complete or invisible."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import StorageError
from storage.formats import csv as csv_format
from storage.formats import geojson, parquet, xlsx
from storage.formats.common import canonical
from storage.index import read_index
from storage.manifest import FieldInfo
from storage.package import PackageWriter, read_manifest
from storage.sites import Sites

DATASET = "09461000/baeume"
FOLDER = f"open/{DATASET}"


def latest(sites: Sites, file: str) -> bytes:
    return sites.onprem.read(f"{FOLDER}/latest/{file}")


def snapshot(sites: Sites) -> dict[str, tuple[int, int]]:
    root = sites.onprem.folder
    return {
        str(path.relative_to(root)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


def test_package_has_every_file_and_says_so(sites, publish):
    """CSV, Parquet, GeoJSON, XLSX, dictionary and manifest lie under the version and latest, with true hashes."""
    version = publish()
    for place in (version, "latest"):
        manifest = read_manifest(sites.onprem.read(f"{FOLDER}/{place}/datapackage.json"))
        assert [file.path for file in manifest.files] == [
            "baeume.csv",
            "baeume.parquet",
            "baeume.geojson",
            "baeume.xlsx",
            "datenlexikon.csv",
        ]
        for file in manifest.files:
            data = sites.onprem.read(f"{FOLDER}/{place}/{file.path}")
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (file.hash, file.bytes)
    assert manifest.version == version == read_index(sites.onprem).datasets[DATASET].version
    assert manifest.rows == 2
    assert manifest.bbox == (10.88, 49.89, 10.88, 49.89)
    assert "1 von 2 Zeilen haben keinen Ort" in next(file.note for file in manifest.files if file.format == "geojson")


def test_manifest_is_a_data_package_and_ours_without_loss(sites, publish):
    """Frictionless finds resources, schema and hashes; the manifest comes back equal and prefixed hashes match."""
    publish()
    package = json.loads(latest(sites, "datapackage.json"))
    manifest = read_manifest(latest(sites, "datapackage.json"))
    assert package["$schema"].endswith("2.0/datapackage.json")
    assert [resource["hash"] for resource in package["resources"]] == [f"sha256:{f.hash}" for f in manifest.files]
    assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == [
        "baum_nr",
        "hoehe_m",
        "lat",
        "lon",
    ]
    assert package["allmende"] == manifest.model_dump(mode="json")
    for damaged in (b"", b"{}", b'{"allmende": {}}', b"[]", b"\xff"):
        with pytest.raises(StorageError, match="damaged"):
            read_manifest(damaged)


def test_same_content_writes_nothing(sites, trees, describe):
    """The second write of the same rows and words, even at another time, touches no file."""
    writer = PackageWriter(sites)
    first = writer.write(describe(DATASET, trees), trees)
    before = snapshot(sites)
    again = PackageWriter(sites).write(
        describe(DATASET, trees, modified=datetime(2027, 1, 1, tzinfo=UTC)), trees.lazy()
    )
    assert first.is_new
    assert not again.is_new
    assert again.version == first.version
    assert snapshot(sites) == before


def test_same_content_is_the_same_bytes_elsewhere(sites, tmp_path, trees, publish, describe):
    """Two machines write byte-identical packages."""
    from storage.config import StorageConfig
    from storage.sites import open_sites

    publish()
    other = open_sites(StorageConfig(), tmp_path / "other")
    PackageWriter(other).write(describe(DATASET, trees), trees)
    for info in sites.onprem.list("open"):
        assert other.onprem.read(info.key) == sites.onprem.read(info.key)


@pytest.mark.parametrize("change", [{"title": "Neu"}, {"classification": "internal"}, {"keywords": ("a", "b")}])
def test_other_words_are_another_version(sites, publish, change):
    """What is said about a dataset belongs to its version; the old one stays."""
    first, second = publish(), publish(**change)
    assert first != second
    assert sites.onprem.head(f"{FOLDER}/{first}/datapackage.json")


def test_other_rows_are_another_version_and_first_issue_is_kept(sites, publish, trees):
    """New rows: new version under latest, `issued` as it was, `modified` new, and back again is the first version."""
    first = publish()
    later = datetime(2026, 5, 1, tzinfo=UTC)
    second = publish(frame=trees.head(1), modified=later, inputs="two")
    manifest = read_manifest(latest(sites, "datapackage.json"))
    assert (manifest.issued, manifest.modified) == (datetime(2026, 3, 1, 12, tzinfo=UTC), later)
    assert latest(sites, "baeume.csv").count(b"\r\n") == 2
    assert second != first == publish()
    assert latest(sites, "baeume.csv").count(b"\r\n") == 3


def test_null_is_not_empty_text(publish):
    """A missing value and an empty text are different content."""
    frames = [pl.DataFrame({"a": [value]}, schema={"a": pl.String}) for value in (None, "", "x")]
    assert len({publish(frame=frame) for frame in frames}) == 3


def test_inputs_let_the_caller_skip(sites, trees, describe):
    """`is_current` is true for the inputs of the published version alone, also before the batch is written."""
    with PackageWriter(sites) as writer:
        assert not writer.is_current(DATASET, "one")
        writer.write(describe(DATASET, trees), trees)
        assert writer.is_current(DATASET, "one")
        assert not writer.is_current(DATASET, "two")
        assert not writer.is_current(DATASET, "")
    writer = PackageWriter(sites)
    assert writer.is_current(DATASET, "one")
    writer.write(describe(DATASET, trees, inputs="two"), trees)
    assert PackageWriter(sites).is_current(DATASET, "two")


def test_batch_writes_the_index_once(sites, trees, monkeypatch, describe):
    """Many packages in one batch are one write of the index, and all are in it."""
    writes = []
    original = Sites.write
    monkeypatch.setattr(
        Sites,
        "write",
        lambda self, site, key, *args, **how: writes.append(key) or original(self, site, key, *args, **how),
    )
    with PackageWriter(sites) as writer:
        for number in range(5):
            writer.write(describe(f"0946100{number}/baeume", trees), trees)
    assert writes.count("open/index.json") == 1
    assert writes[-1] == "open/index.json"
    assert len(read_index(sites.onprem).datasets) == 5


def test_killed_at_any_write_is_invisible_and_completed(sites, trees, monkeypatch, describe):
    """A run stopped at each single write: latest is whole or absent, and the next run ends like an undisturbed one."""
    original = Sites.write
    expected = None
    for survived in range(14):
        dataset = f"0946{survived:04d}/baeume"
        left = [survived]

        def write(self, site, key, data, left=left, **how):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return original(self, site, key, data, **how)

        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            patched.setattr(Sites, "write", write)
            PackageWriter(sites).write(describe(dataset, trees), trees)
        entry = read_index(sites.onprem).datasets.get(dataset)
        assert (entry is not None) == (survived >= 13)
        written = PackageWriter(sites).write(describe(dataset, trees), trees)
        entry = read_index(sites.onprem).datasets[dataset]
        manifest = read_manifest(sites.onprem.read(f"open/{dataset}/latest/datapackage.json"))
        hashes = {file.path: sites.onprem.sha256(f"open/{dataset}/latest/{file.path}") for file in manifest.files}
        assert hashes == {file.path: file.hash for file in manifest.files}
        assert entry.version == written.version
        expected = expected or hashes
        assert hashes == expected


def test_columns_must_be_described(sites, trees, describe):
    """Rows with other columns than described are refused with both lists."""
    with pytest.raises(StorageError, match="described are baum_nr, hoehe_m, lat, lon"):
        PackageWriter(sites).write(describe(DATASET, trees), trees.rename({"hoehe_m": "hoehe"}))
    nested = pl.DataFrame({"a": [[1]]})
    with pytest.raises(StorageError, match="plain values"):
        PackageWriter(sites).write(describe(DATASET, nested), nested)


def test_coverage_is_computed(sites, publish):
    """Time from zeitpunkt, jahr or datum; stand is the last day, none after the day of publication."""
    publish(frame=pl.DataFrame({"datum": [date(2024, 5, 1), date(2025, 6, 2), None]}))
    manifest = read_manifest(latest(sites, "datapackage.json"))
    assert (manifest.temporal_start, manifest.temporal_end, manifest.stand) == (
        date(2024, 5, 1),
        date(2025, 6, 2),
        date(2025, 6, 2),
    )
    publish(frame=pl.DataFrame({"jahr": [2024, 2030]}))
    manifest = read_manifest(latest(sites, "datapackage.json"))
    assert (manifest.temporal_start, manifest.temporal_end, manifest.stand) == (
        date(2024, 1, 1),
        date(2030, 12, 31),
        date(2026, 3, 1),
    )
    publish(frame=pl.DataFrame({"zeitpunkt": [datetime.fromisoformat("2025-01-01T08:00:00")]}), stand=date(2020, 1, 1))
    assert read_manifest(latest(sites, "datapackage.json")).stand == date(2020, 1, 1)
    assert manifest.bbox is None


def test_no_map_file_without_places(sites, publish, trees):
    """Without lat/lon, or with none of them filled, there is no GeoJSON; empty tables are fine."""
    for frame in (trees.drop("lat"), trees.with_columns(lat=pl.lit(None, pl.Float64)), trees.clear()):
        publish(frame=frame)
        assert "geojson" not in {file.format for file in read_manifest(latest(sites, "datapackage.json")).files}


WILD = pl.DataFrame(
    {
        "t": ['a,"b"\nc', "=1+1", "", None, "<&>\x01_x0041_ äöü€𝄞", " x "],
        "i": [1, -1, 2**60, None, 0, 5],
        "f": [1.5, -0.0, 1e300, None, float("nan"), float("inf")],
        "d": [date(2025, 1, 2), date(1850, 1, 1), None, date(1900, 3, 1), date(9999, 12, 31), date(2000, 2, 29)],
        "z": pl.Series(
            ["2025-01-02T03:04:05", "1850-01-01T00:00:00", None, "2025-10-26T02:30:00", None, None]
        ).str.to_datetime(),
        "b": [True, False, None, True, False, None],
        "lat": [48.123456789, 91.0, 48.0, None, 48.0, -90.0],
        "lon": [11.5, 11.5, None, 11.5, 181.0, -180.0],
    }
)


def test_csv_is_rfc_4180(tmp_path):
    """CRLF, header, UTF-8 without mark, quotes doubled; formula-like texts are kept and counted in the note."""
    note = csv_format.write(canonical(WILD), tmp_path / "x.csv")
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b't,i,f,d,z,b,lat,lon\r\n"a,""b""\nc",1,1.5,2025-01-02,2025-01-02T03:04:05,true,')
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert len(rows) == 7
    assert [row[0] for row in rows[1:]] == [text or "" for text in WILD["t"]]
    assert b'\r\n"",' in data
    assert "1 Textzellen beginnen" in note
    assert csv_format.write(pl.DataFrame({"a": ["+49 951 87-0", "-", "-5"]}), tmp_path / "y.csv") == ""


def test_geojson_is_rfc_7946(tmp_path):
    """Longitude first, seven decimals, rows without a valid place unlocated and counted, values as they were."""
    note = geojson.write(canonical(WILD), tmp_path / "x.geojson")
    document = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    assert document["bbox"] == [-180.0, -90.0, 11.5, 48.1234568]
    assert len(document["features"]) == 6
    first = document["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [11.5, 48.1234568]}
    assert first["properties"] == {
        "t": 'a,"b"\nc',
        "i": 1,
        "f": 1.5,
        "d": "2025-01-02",
        "z": "2025-01-02T03:04:05",
        "b": True,
    }
    assert [feature["geometry"] is None for feature in document["features"]] == [False, True, True, True, True, False]
    assert [feature["properties"]["t"] for feature in document["features"]] == WILD["t"].to_list()
    assert note.startswith("4 von 6")


def test_parquet_holds_rows_and_statistics(tmp_path):
    """Rows come back equal, zstd-compressed, with statistics for range requests."""
    import pyarrow.parquet as pq

    frame = canonical(WILD)
    parquet.write(frame, tmp_path / "x.parquet")
    assert pl.read_parquet(tmp_path / "x.parquet").equals(frame)
    column = pq.ParquetFile(tmp_path / "x.parquet").metadata.row_group(0).column(1)
    assert column.compression == "ZSTD"
    assert column.statistics.max == 2**60


def fields_of(frame: pl.DataFrame) -> tuple[FieldInfo, ...]:
    return tuple(FieldInfo(name=name, type="string", title=name.upper(), unit="m") for name in frame.columns)


def test_xlsx_reads_back(tmp_path):
    """Numbers, dates and texts come back; no cell is a formula; both sheets, frozen bold header, filter."""
    frame = canonical(WILD)
    xlsx.write(frame, fields_of(frame), tmp_path / "x.xlsx")
    back = pl.read_excel(tmp_path / "x.xlsx", sheet_name="Daten", infer_schema_length=0)
    assert back.columns == frame.columns
    assert back.height == 6
    assert back["t"][0] == 'a,"b"\nc'
    assert back["t"][1] == "=1+1"
    assert back["t"][4] == "<&>\ufffd_x0041_ äöü€𝄞"
    assert back["t"][5] == " x "
    assert back["i"].to_list() == ["1", "-1", str(2**60), None, "0", "5"]
    assert [str(cell)[:10] for cell in back["d"].to_list()[:2]] == ["2025-01-02", "1850-01-01"]
    assert back["z"][0].startswith("2025-01-02 03:04:05")
    dictionary = pl.read_excel(tmp_path / "x.xlsx", sheet_name="Datenlexikon")
    assert dictionary["spalte"].to_list() == frame.columns
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        times = {entry.date_time for entry in archive.infolist()}
    assert times == {(1980, 1, 31, 0, 0, 0)}, "xlsxwriter's own constant"
    assert "<f>" not in sheet
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(max_size=20)),
            st.one_of(st.none(), st.integers(-(2**62), 2**62)),
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        ),
        max_size=8,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_come_back_from_every_format(tmp_path: Path, rows):
    """Whatever the texts and numbers, XML, JSON and CSV stay well-formed and give the values back."""
    frame = canonical(
        pl.DataFrame(rows, schema={"t": pl.String, "i": pl.Int64, "f": pl.Float64}, orient="row").with_columns(
            lat=pl.lit(48.0), lon=pl.lit(11.0)
        )
    )
    csv_format.write(frame, tmp_path / "x.csv")
    read = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_bytes().decode(), newline="")))[1:]
    assert [row[0] for row in read] == [text or "" for text in frame["t"]]
    assert [float(row[2]) if row[2] else None for row in read] == frame["f"].to_list()
    if frame.height:
        geojson.write(frame, tmp_path / "x.geojson")
        features = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["features"]
        assert [feature["properties"]["t"] for feature in features] == frame["t"].to_list()
        assert [feature["properties"]["i"] for feature in features] == frame["i"].to_list()
    xlsx.write(frame, fields_of(frame), tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))


def test_too_many_rows_for_excel(sites, publish, monkeypatch):
    """Above Excel's limit there is no XLSX file and the CSV's note says why."""
    monkeypatch.setattr(xlsx, "ROWS_MAX", 1)
    publish()
    files = read_manifest(latest(sites, "datapackage.json")).files
    assert "xlsx" not in {file.format for file in files}
    assert "Keine XLSX-Datei: 2 Zeilen" in files[0].note


def test_long_text_is_cut_in_excel_only(tmp_path):
    """A text above Excel's cell limit is cut there and counted, and whole in the CSV."""
    frame = pl.DataFrame({"t": ["ä" * 40_000]})
    assert "1 Texte sind auf 32.767 Zeichen gekürzt" in xlsx.write(frame, fields_of(frame), tmp_path / "x.xlsx")
    csv_format.write(frame, tmp_path / "x.csv")
    assert "ä" * 40_000 in (tmp_path / "x.csv").read_text(encoding="utf-8")
