"""The catalogue value and how it comes from the open zone, with the real writer."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from catalog.build import load_catalog
from catalog.config import CatalogConfig
from catalog.model import Catalog, Dataset
from storage.manifest import Manifest
from storage.names import DatasetId
from storage.sites import Sites
from storage.withdrawal import withdraw


def test_json_round_trip_keeps_everything(catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]) -> None:
    """A dataset and a catalogue survive JSON, with the fields in the order they are declared."""
    whole = catalog(manifest())
    (dataset,) = whole.datasets
    text = json.dumps(dataset.as_json())
    assert Dataset.from_json(json.loads(text)) == dataset
    assert Catalog.from_json(json.loads(json.dumps(whole.as_json()))) == whole
    assert list(json.loads(text)) == list(Dataset.model_fields)


def test_a_dataset_cannot_be_changed(catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]) -> None:
    """Datasets are frozen values."""
    (dataset,) = catalog(manifest()).datasets
    with pytest.raises(ValidationError):
        dataset.title = "anders"


def test_identifiers_do_not_depend_on_the_version(
    catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]
) -> None:
    """A new version, another host: dataset and file keep their IRIs, and files their latest address."""
    (old,) = catalog(manifest(version="v1")).datasets
    (new,) = catalog(manifest(version="v2"), config=CatalogConfig(base_url="https://daten.example/portal")).datasets
    assert old.iri == new.iri == "https://allmende.example/datensatz/09471000/baumkataster"
    assert [d.iri for d in old.distributions] == [d.iri for d in new.distributions]
    assert [d.key for d in old.distributions] == [d.key for d in new.distributions]
    assert len({d.iri for d in old.distributions}) == len(old.distributions)


def test_addresses_follow_the_configuration(catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]) -> None:
    """`public_url` carries the files, `base_url` the pages."""
    config = CatalogConfig(public_url="https://s3.example/daten/", base_url="https://daten.example")
    (dataset,) = catalog(manifest(), config=config).datasets
    assert dataset.landing_page == "https://daten.example/datensatz/09471000/baumkataster.html"
    assert dataset.distributions[0].url == "https://s3.example/daten/open/09471000/baumkataster/latest/baumkataster.csv"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "daten.example", "https://x.example/a b"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """A base address that is no web address stops at the settings, with a sentence."""
    with pytest.raises(ValidationError, match="no web address"):
        CatalogConfig(base_url=address)


def test_level_of_the_publisher(catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]) -> None:
    """The political level follows from the geocoding URI."""
    town, land = catalog(manifest("09471000/baumkataster"), manifest("land/baumkataster")).datasets
    assert town.political_level.endswith("/Level/municipality")
    assert land.political_level.endswith("/Level/state")


def test_loads_what_the_writer_published(published: Sites) -> None:
    """The catalogue lists the open datasets in the order of their ids, and no other."""
    loaded = load_catalog(published.onprem, CatalogConfig())
    assert [d.id for d in loaded.datasets] == ["09461000/baumkataster", "09564000/wochenmaerkte", "land/baumkataster"]
    trees = loaded.dataset("09461000/baumkataster")
    assert trees is not None
    assert trees.rows == 5
    assert {d.format for d in trees.distributions if d.role == "data"} == {"csv", "parquet", "geojson", "xlsx"}
    assert all(published.onprem.sha256(d.key) == d.sha256 for d in trees.distributions)


def test_versions_are_listed_newest_first(published: Sites) -> None:
    """The history of a dataset leads with the current version and names a manifest that exists."""
    trees = load_catalog(published.onprem, CatalogConfig()).dataset("09461000/baumkataster")
    assert trees is not None
    assert [v.rows for v in trees.versions] == [5, 3]
    assert trees.versions[0].version == trees.version
    assert all(published.onprem.head(v.key) for v in trees.versions)


def test_withdrawn_datasets_disappear(published: Sites) -> None:
    """A dataset that was taken back is not in the catalogue."""
    withdraw(published, DatasetId.parse("09564000/wochenmaerkte"), "Fehlerhaft")
    assert load_catalog(published.onprem, CatalogConfig()).dataset("09564000/wochenmaerkte") is None


def test_a_manifest_that_is_not_open_is_left_out(
    catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]
) -> None:
    """Whatever the index says, a manifest classified as internal never reaches the catalogue."""
    whole = catalog(manifest("09471000/a"), manifest("09471000/b", classification="internal"))
    assert [d.id for d in whole.datasets] == ["09471000/a"]


def test_an_empty_open_zone_is_an_empty_catalogue(sites: Sites) -> None:
    """Before anything is published there is a catalogue without datasets."""
    assert load_catalog(sites.onprem, CatalogConfig()).datasets == ()
