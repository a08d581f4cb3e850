"""XML, GML, KML and GPX: one row per feature, its place as GeoJSON would give it, nothing between the tags lost."""

from __future__ import annotations

from connectors.reading import read_table
from tests.connectors.said import codes


def wfs(point: str, srs: str) -> bytes:
    member = (
        "<wfs:member><ms:baum gml:id='b{0}'><ms:art>Ahorn</ms:art><ms:geom><gml:Point srsName='{2}'>"
        "<gml:pos>{1}</gml:pos></gml:Point></ms:geom></ms:baum></wfs:member>"
    )
    space = "xmlns:wfs='w' xmlns:ms='m' xmlns:gml='g'"
    members = "".join(member.format(at, point, srs) for at in (1, 2))
    return f"<wfs:FeatureCollection {space} numberReturned='2'>{members}</wfs:FeatureCollection>".encode()


def test_reading_wfs_features_with_axes_in_the_order_of_their_authority() -> None:
    """An urn of degrees means latitude first, a short name longitude first, UTM east first."""
    for point, srs, cells, system in (
        ("48.1 11.5", "urn:ogc:def:crs:EPSG::4326", {"geometry.lon": "11.5", "geometry.lat": "48.1"}, None),
        ("11.5 48.1", "EPSG:4326", {"geometry.lon": "11.5", "geometry.lat": "48.1"}, None),
        ("690000.0 5334000", "urn:ogc:def:crs:EPSG::25832", {"geometry.x": "690000.0"}, "EPSG:25832"),
        ("5334000 4468000", "urn:ogc:def:crs:EPSG::31468", {"geometry.x": "4468000"}, "EPSG:31468"),
    ):
        result = read_table(wfs(point, srs))
        row = result.frame.row(0, named=True)
        assert {key: row[key] for key in cells} == cells
        assert (row["id"], row["art"]) == ("b1", "Ahorn")
        assert result.report.crs == system


def test_reading_kml_points_areas_and_named_data() -> None:
    """Longitude comes first, an area is WKT, and what ExtendedData names is a column."""
    text = """<kml><Document><Placemark><name>A</name><ExtendedData><Data name="Art"><value>Platz</value></Data>
      <Data name="Nr"><value>7</value></Data></ExtendedData><Point><coordinates>11.5,48.1,0</coordinates></Point>
      </Placemark><Placemark><name>B</name><Polygon><outerBoundaryIs><LinearRing><coordinates>11,48 12,48 11,49 11,48
      </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""
    frame = read_table(text.encode(), filename="x.kml").frame
    assert frame.row(0, named=True) == {
        "name": "A",
        "Art": "Platz",
        "Nr": "7",
        "geometry.lon": "11.5",
        "geometry.lat": "48.1",
        "geometry.z": "0",
        "geometry.wkt": None,
    }
    assert frame["geometry.wkt"][1] == "POLYGON ((11 48, 12 48, 11 49, 11 48))"


def test_reading_gpx_waypoints() -> None:
    """A waypoint's attributes are its latitude and longitude."""
    text = '<gpx><wpt lat="48.1" lon="11.5"><name>A</name></wpt><wpt lat="48.2" lon="11.6"><name>B</name></wpt></gpx>'
    assert read_table(text.encode()).frame.row(1, named=True) == {"lat": "48.2", "lon": "11.6", "name": "B"}


def test_reading_xml_keeps_text_between_tags_and_overrules_a_wrong_declaration() -> None:
    """Mixed content is kept whole; Latin-1 bytes that call themselves UTF-8 are read by what they are."""
    text = '<?xml version="1.0" encoding="UTF-8"?><r><p><t>vor <b>fett</b> nach</t></p><p><t>Größe</t></p></r>'
    result = read_table(text.encode("latin-1"))
    assert result.frame["t.text"].to_list()[0] == "vor nach"
    assert result.frame["t.b"][0] == "fett"
    assert "Größe" in result.frame.row(1)
    assert "xml_encoding" in codes(result)
