"""Packed tables, shapefiles and dBase: the asked-for table is read, nothing is lost, the place joins its row."""

from __future__ import annotations

import gzip
import io
import json
import stat
import struct
import zipfile
from datetime import date

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapefile
import shapely

from connectors.reading import Unreadable, read_table
from tests.connectors.hostile import packed
from tests.connectors.said import codes

UTM32 = (
    'PROJCS["ETRS_1989_UTM_Zone_32N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.25722'
    '2101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["Fals'
    'e_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",9.0],PARAMETER["Scale_Factor",0.9'
    '996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def dbf(rows: list[bytes], *, promised: int | None = None, language: int = 0) -> bytes:
    field = struct.pack("<11sc4xBB14x", b"NAME", b"C", 10, 0)
    head = struct.pack("<BBBBLHH17xB2x", 3, 124, 1, 1, promised or len(rows), 65, 11, language)
    return head + field + b"\r" + b"".join(rows) + b"\x1a"


def test_reading_gzip_and_a_zip_in_a_zip() -> None:
    """A gzip file is a table; so is a zip in a zip; a third layer is refused."""
    table = b"a;b\n1;2\n"
    assert read_table(gzip.compress(table), filename="x.csv.gz").frame.rows() == [("1", "2")]
    inner = packed({"x.csv": table})
    assert read_table(packed({"in.zip": inner})).frame.rows() == [("1", "2")]
    with pytest.raises(Unreadable) as refusal:
        read_table(packed({"a.zip": packed({"in.zip": inner})}))
    assert refusal.value.code == "archive_nested"


def test_reading_the_asked_for_table_of_an_archive() -> None:
    """Several tables are listed; the one asked for by name is read; a link to another file is none."""
    data = packed({"2021/a.csv": b"a;b\n1;2\n", "2022/b.csv": b"a;b\n3;4\n"})
    with pytest.raises(Unreadable) as refusal:
        read_table(data)
    assert "2022/b.csv" in refusal.value.message_de
    assert read_table(data, sheet="b.csv").frame.rows() == [("3", "4")]
    link = zipfile.ZipInfo("link.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable) as refusal:
        read_table(out.getvalue())
    assert refusal.value.code == "archive_none"


def test_reading_shapefile_joins_rows_and_places() -> None:
    """A zipped shapefile gives its DBF with x and y beside, and the EPSG code of its PRJ."""
    shp, shx, rows = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=rows, shapeType=shapefile.POINT) as writer:
        writer.field("NAME", "C", 10)
        for at, name in enumerate(("Hof", "Au")):
            writer.point(650000.5 + at, 5400000)
            writer.record(name)
        writer.null()
        writer.record("ohne")
    members = {"p/x.shp": shp.getvalue(), "p/x.dbf": rows.getvalue(), "p/x.prj": UTM32.encode()}
    result = read_table(packed(members))
    assert result.frame.rows()[1:] == [("Au", "650001.5", "5400000.0"), ("ohne", None, None)]
    assert (result.report.crs, result.report.format) == ("EPSG:25832", "shapefile")
    with pytest.raises(Unreadable) as refusal:
        read_table(packed({**members, "p/x.shp": shp.getvalue()[:130]}))
    assert refusal.value.code in {"shape_broken", "shape_mismatch"}


def test_reading_dbf_tells_what_is_deleted_missing_or_ambiguous() -> None:
    """A deleted row is told with its text, a header that promises too much is told, the DOS page is used if named."""
    street = "Straße 7".encode("cp850").ljust(10)
    result = read_table(dbf([b" " + street, b"*" + b"alt".ljust(10)], promised=900, language=2))
    assert result.frame.rows() == [("Straße 7",)]
    assert {"dbf_short", "dbf_deleted", "dbf_deleted_row"} <= codes(result)
    assert read_table(dbf([])).frame.columns == ["NAME"]


def test_reading_geoparquet_and_arrow() -> None:
    """The geometry of a GeoParquet file is a place in the system the file names; Arrow files are tables too."""
    points = [shapely.to_wkb(shapely.Point(690000.5, 5334000)), None]
    table = pa.table({"name": ["A", "B"], "geometry": pa.array(points, pa.binary()), "n": [1, 2]})
    crs = {"id": {"authority": "EPSG", "code": 25832}}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": crs}}}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), out)
    result = read_table(out.getvalue())
    assert result.frame.row(0, named=True) == {
        "name": "A",
        "n": "1",
        "geometry.x": "690000.5",
        "geometry.y": "5334000.0",
    }
    assert result.report.crs == "EPSG:25832"
    arrow = io.BytesIO()
    pl.DataFrame({"a": ["x"], "tag": [date(2024, 1, 2)]}).write_ipc(arrow)
    assert read_table(arrow.getvalue()).frame.rows() == [("x", "2024-01-02")]
