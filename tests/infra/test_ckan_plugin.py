"""Our CKAN plugin as far as it can be judged without a CKAN: schema, code lists and settings against the mapping."""

from __future__ import annotations

import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import rdflib
import yaml
from rdflib import BNode, Graph, Literal, URIRef

from catalog.ckan import mapping, schema
from catalog.dcat import vocabulary as v
from tests.conftest import PROJECT

PLUGIN = PROJECT / "infra" / "ckan"
PACKAGE = PLUGIN / "ckanext" / "datenallmende"
CORE = {"organization": "owner_org", "tags": "tag_string"}


@pytest.fixture(scope="module", autouse=True)
def _importable() -> Any:
    """`codes` and `nodes` need rdflib only."""
    sys.path.insert(0, str(PLUGIN))
    yield
    sys.path.remove(str(PLUGIN))


def _fields(part: str) -> dict[str, dict[str, Any]]:
    told = yaml.safe_load((PACKAGE / "schemas" / "dataset.yaml").read_text())
    return {field["field_name"]: field for field in told[part]}


def test_the_schema_has_a_field_for_everything_we_write() -> None:
    """Nothing that the mapping writes ends among the free extras, where no profile and no form looks."""
    fields, files = _fields("dataset_fields"), _fields("resource_fields")
    assert {*schema.CORE, *schema.SCALARS, *schema.LISTS, *schema.GROUPS} - fields.keys() == set()
    for group, members in schema.GROUPS.items():
        subfields = {field["field_name"] for field in fields[group]["repeating_subfields"]}
        assert members.keys() <= subfields, group
    assert set(schema.RESOURCE_FIELDS) - {"id"} - files.keys() == set()


def test_every_field_has_a_german_label() -> None:
    """A clerk who edits a dataset by hand reads a label at every field, never its technical name."""
    for part in ("dataset_fields", "resource_fields"):
        for name, field in _fields(part).items():
            assert field["label"] != name
            assert field["label"][0].isupper()


def test_the_code_lists_are_the_feeds() -> None:
    """What the plugin makes of a format, a media type, a language is what our own feed says."""
    from ckanext.datenallmende import codes

    for fmt, shown in mapping._FORMATS.items():
        assert str(codes.file_type(shown)) == v.file_type(fmt).value, fmt
    for media in ("text/csv", "text/csv; charset=utf-8", "application/vnd.apache.parquet", "application/geo+json"):
        assert str(codes.media_type(media)) == v.media_type(media).value
    assert str(codes.language("de")) == v.language("de").value
    assert codes.language_tag(v.language("de").value) == "de"
    assert codes.file_type("Kreuzstich") is None
    assert codes.media_type("javascript:alert(1)") is None


def test_file_types_are_in_the_eu_list(shared_data: Path) -> None:
    """Every file type that the plugin may say stands in the EU's authority table."""
    from ckanext.datenallmende import codes

    listed = Graph().parse(shared_data / "vocabularies/eu/file-type_authority.xml", format="xml")
    for name in codes._FILE_TYPES:
        assert (codes.file_type(name), None, None) in listed, name


def test_blank_nodes_get_names_that_stay() -> None:
    """Names depend on what is said, not on the order it came in; the language is said where none is."""
    from ckanext.datenallmende import nodes

    subject, contact, name = URIRef("https://x.example/d"), URIRef("urn:contact"), URIRef("urn:name")
    graphs = []
    for people in (("Anna", "Berta"), ("Berta", "Anna")):
        graph = Graph()
        for person in people:
            node = BNode()
            graph.add((subject, contact, node))
            graph.add((node, name, Literal(person)))
        nodes.name_blank(graph, subject, contact, "kontakt")
        nodes.tag_language(graph, URIRef(f"{subject}#kontakt"), name, "de")
        graphs.append(set(graph))
    assert graphs[0] == graphs[1]
    assert (URIRef(f"{subject}#kontakt"), name, Literal("Anna", lang="de")) in graphs[0]
    assert not any(isinstance(node, rdflib.BNode) for triple in graphs[0] for node in triple)


HOSTILE = (
    '<>"{}|^` x',
    "javascript:alert(1)",
    "http://x.example/a b<c>",
    "http://[::1",
    "relativ",
    "http://x/\x0b",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nonsense_does_not_reach_the_serializers(text: str) -> None:
    """An address that is none, a checksum that is none and control characters are left out; the rest is written."""
    from ckanext.datenallmende import nodes

    graph, good, says = Graph(), URIRef("https://x.example/d"), URIRef("urn:x:says")
    graph.add((good, says, URIRef(text)))
    graph.add((URIRef(text), says, good))
    graph.add((good, says, Literal(f"Text {text}")))
    graph.add((good, says, Literal("xyz", datatype=rdflib.XSD.hexBinary)))
    nodes.keep_what_can_be_written(graph)
    assert len(graph) == 1
    for fmt in ("turtle", "xml", "json-ld"):
        again = Graph().parse(data=graph.serialize(format=fmt), format=fmt)
        assert str(again.value(good, says)).startswith("Text")


def test_the_settings_name_what_is_there() -> None:
    """Schemas, presets and profiles that the settings name exist in the plugin; nothing of one machine."""
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(PLUGIN / "settings.ini", encoding="utf-8")
    said = dict(parser["app:main"])
    for key in ("scheming.presets", "scheming.dataset_schemas", "scheming.organization_schemas"):
        ours = [part.partition(":")[2] for part in said[key].split() if part.startswith("ckanext.datenallmende:")]
        assert ours, key
        assert all((PACKAGE / path).is_file() for path in ours), key
    entry_points = (PLUGIN / "pyproject.toml").read_text()
    names = [name for name in said["ckan.plugins"].split() if name.startswith("datenallmende")]
    for name in (*names, said["ckanext.dcat.rdf.profiles"]):
        assert f"\n{name} = " in entry_points, name
    assert not any(
        word in value for value in said.values() for word in ("127.0.0.1", "localhost", "password", "secret")
    )
