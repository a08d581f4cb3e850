"""The read side, the guarded write, and attacks on it."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError
from structlog.testing import capture_logs

from storage.config import StorageConfig
from storage.errors import (
    ConfigInvalid,
    KeyInvalid,
    ObjectExists,
    ObjectMissing,
    PlacementForbidden,
    StoreFull,
    StoreUnreachable,
)
from storage.index import OpenIndex, read_index, update_index, write_index
from storage.layout import OPEN_INDEX
from storage.manifest import Classification
from storage.replication import apply, plan
from storage.sites import Sites, open_sites

OPEN = Classification.OPEN
DATASET = "09461000/baeume"


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_write_and_read_back(sites):
    """Bytes, a file and a stream arrive as they are; head and list tell size and key."""
    for number, data in enumerate((b"hallo", b"", b"x" * 9_000_000)):
        key = f"landing/09461000/x/{number}/content"
        info = sites.write("onprem", key, data, classification=OPEN)
        assert (info.key, info.size) == (key, len(data))
        assert sites.onprem.read(key) == data == b"".join(sites.onprem.stream(key))
        sites.write("onprem", f"{key}-s", iter([data[:3], data[3:]]), classification=OPEN)
        assert sites.onprem.read(f"{key}-s") == data
    path = sites.home / "datei"
    path.write_bytes(b"aus einer Datei")
    sites.write("onprem", "raw/d", path, classification=OPEN)
    assert sites.onprem.read("raw/d") == b"aus einer Datei"
    assert sites.onprem.head("raw/nichts") is None
    assert {info.key for info in sites.onprem.list("raw")} == {"raw/d"}
    assert Path(sites.onprem.uri("raw/d")).read_bytes() == b"aus einer Datei"


def test_missing_object_is_a_sentence(sites):
    """Reading what is not there says which site and key."""
    with pytest.raises(ObjectMissing) as missing:
        sites.onprem.read("raw/nichts")
    assert str(missing.value) == "onprem: there is no raw/nichts"


@pytest.mark.parametrize("size", [10, 20_000_000])
def test_create_has_one_winner(sites, size):
    """Many threads create the same key: exactly one wins, the bytes are the winner's, nothing is left over."""

    def create(number: int) -> int | None:
        data = bytes([number]) * size
        try:
            payload = data if size < 100 else iter([data[:5_000_000], data[5_000_000:]])
            sites.write("onprem", "raw/einmal", payload, classification=OPEN, create=True)
        except ObjectExists:
            return None
        return number

    threads = 16 if size < 100 else 4
    with ThreadPoolExecutor(threads) as pool:
        winners = [number for number in pool.map(create, range(1, threads + 1)) if number]
    assert len(winners) == 1
    assert set(sites.onprem.read("raw/einmal")) == set(winners)
    assert files(sites.onprem.folder) == {"raw/einmal"}


def test_broken_stream_leaves_nothing(sites):
    """A stream that fails half-way leaves no object, no staging file, and the old object as it was."""
    sites.write("onprem", "raw/x", b"alt", classification=OPEN)

    def broken():
        yield b"x" * 12_000_000
        assert {info.key for info in sites.onprem.list()} == {"raw/x"}
        raise RuntimeError

    for create in (False, True):
        with pytest.raises(RuntimeError):
            sites.write("onprem", "raw/x" if not create else "raw/y", broken(), classification=OPEN, create=create)
    assert files(sites.onprem.folder) == {"raw/x"}
    assert sites.onprem.read("raw/x") == b"alt"


def test_reader_never_sees_half_an_object(sites):
    """While an object is replaced over and over, every read is one whole version."""
    sites.write("onprem", "raw/x", b"0" * 300_000, classification=OPEN)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number = (number + 1) % 10
            sites.write("onprem", "raw/x", str(number).encode() * 300_000, classification=OPEN)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            for _ in range(100):
                data = sites.onprem.read("raw/x")
                assert len(data) == 300_000
                assert len(set(data)) == 1
        finally:
            stop.set()
        writing.result()


TRICKS = [
    "open/../raw/x",
    "../x",
    "/etc/passwd",
    "open//x",
    "open/./x",
    "open/..",
    "Open/x",
    "OPEN/x",
    "open /x",
    "open\\..\\raw\\x",
    "open/%2e%2e/raw/x",
    "open/a\x00b",
    "open/a\nb",
    "open/x#1",
    "fremd/x",
    "open",
    "",
    "open/x/",
    "open/" + "x" * 1000,
]


@pytest.mark.parametrize("key", TRICKS)
@pytest.mark.parametrize("site", ["onprem", "cloud-a"])
def test_key_tricks_are_refused(sites, site, key):
    """No key leaves its zone or its site, on writing and deleting."""
    with pytest.raises(KeyInvalid):
        sites.write(site, key, b"x", classification=OPEN)
    with pytest.raises(KeyInvalid):
        sites.delete(site, key)
    assert files(sites.home) == set()


@pytest.mark.parametrize("key", ["../x", "/etc/hostname", "open/../../x", "a//b"])
def test_reading_stays_inside(sites, key):
    """The read side follows no path out of the store either."""
    for read in (sites.onprem.read, sites.onprem.head, sites.onprem.uri):
        with pytest.raises(KeyInvalid):
            read(key)


def test_symbolic_link_out_of_the_store_is_refused(sites, tmp_path):
    """A link planted inside a store leads neither a write nor a read outside, nor into another site."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "geheim").write_text("geheim")
    root = sites.onprem.folder
    (root / "raw").mkdir()
    (root / "raw/link").symlink_to(outside)
    (root / "landing").symlink_to(sites.store("cloud-a").folder)
    (root / "open").symlink_to(root / "raw")
    for key in ("raw/link/x", "raw/link/geheim", "landing/x", "open/x"):
        with pytest.raises(KeyInvalid, match="symbolic link"):
            sites.write("onprem", key, b"x", classification=Classification.INTERNAL)
        with pytest.raises(KeyInvalid, match="symbolic link"):
            sites.onprem.read(key)
    assert files(outside) == {"geheim"}
    assert files(sites.store("cloud-a").folder) == set()


@pytest.mark.parametrize("classification", ["internal", "confidential"])
@pytest.mark.parametrize("zone", ["landing", "raw", "curated", "open", "portal", "quarantine"])
def test_non_open_data_never_reaches_a_cloud(sites, zone, classification):
    """Every zone refuses it, before a byte is read from the source, and says so in the log."""
    touched = []

    def data():
        touched.append(True)
        yield b"geheim"

    with capture_logs() as logs, pytest.raises(PlacementForbidden, match="cloud-a"):
        sites.write("cloud-a", f"{zone}/{DATASET}/v1/x.csv", data(), classification=Classification(classification))
    assert not touched
    assert files(sites.store("cloud-a").folder) == set()
    assert [(log["event"], log["site"]) for log in logs] == [("write_forbidden", "cloud-a")]


def test_lying_about_the_classification_does_not_help(sites, publish):
    """An internal dataset passed off as open is refused by what index and manifest say."""
    version = publish(classification="internal")
    for place in (version, "latest"):
        key = f"open/{DATASET}/{place}/baeume.csv"
        for data in (sites.onprem.read(key), Path(sites.onprem.uri(key)), sites.onprem.stream(key)):
            with pytest.raises(PlacementForbidden, match="internal"):
                sites.write("cloud-a", key, data, classification=OPEN)
    assert files(sites.store("cloud-a").folder) == set()


def test_renamed_dataset_is_refused(sites, publish):
    """Internal bytes under a new name, or under the name of an open dataset, do not leave."""
    publish("09461000/personal", classification="internal")
    version = publish()
    secret = sites.onprem.read("open/09461000/personal/latest/personal.csv")
    for key in (
        "open/09461000/harmlos/latest/harmlos.csv",
        f"open/{DATASET}/latest/baeume.csv",
        f"open/{DATASET}/{version}/baeume.csv",
        f"open/{DATASET}/{version}/neu.csv",
        f"open/{DATASET}/v000000000000/baeume.csv",
        "portal/daten.csv",
        "portal/_manifest.json",
        "open/liste.csv",
        "open/index.json",
    ):
        with pytest.raises((PlacementForbidden, KeyInvalid, Exception)) as refused:
            sites.write("cloud-a", key, secret + b" ", classification=OPEN)
        assert "StorageError" in str(type(refused.value).__mro__)
    assert files(sites.store("cloud-a").folder) == set()


def test_reclassified_dataset_is_refused_at_once(sites, publish):
    """The guard asks anew at every write: a version that was open a moment ago stays at home now."""
    version = publish()
    key = f"open/{DATASET}/{version}/baeume.csv"
    data = sites.onprem.read(key)
    sites.write("cloud-a", key, data, classification=OPEN)
    publish(classification="internal")
    with pytest.raises(PlacementForbidden, match="internal now"):
        sites.write("cloud-b", key, data, classification=OPEN)


def test_file_swapped_after_the_check_does_not_leave(sites, publish):
    """A source that yields other bytes the second time cannot smuggle them: it is read once."""
    version = publish()
    key = f"open/{DATASET}/{version}/baeume.csv"
    good = sites.onprem.read(key)
    contents = iter([good, b"geheim", b"geheim"])

    class Swapping(type(Path())):
        def open(self, *_args, **_how):
            return io.BytesIO(next(contents))

    sites.write("cloud-a", key, Swapping(sites.onprem.uri(key)), classification=OPEN)
    assert sites.store("cloud-a").read(key) == good


def test_cloud_index_names_open_datasets_only(sites, publish):
    """An index that names an internal, unknown or not withdrawn dataset is refused."""
    publish()
    publish("09461000/personal", classification="internal")
    index = read_index(sites.onprem)
    with pytest.raises(PlacementForbidden, match="personal is not open"):
        write_index(sites, "cloud-a", index)
    write_index(sites, "cloud-a", OpenIndex(datasets=index.published()))
    assert set(read_index(sites.store("cloud-a")).datasets) == {DATASET}


def test_credentials_of_a_cloud_are_not_handed_out(tmp_path):
    """Only the on-premises site gives options that would let somebody write past the policy."""
    stores = {
        "onprem": {
            "url": "s3://daten/land",
            "region": "de",
            "options": {"endpoint": "http://127.0.0.1:9000"},
            "secrets": {"access_key_id": "a", "secret_access_key": "b"},
        },
        "cloud-a": {"url": "s3://x", "secrets": {"access_key_id": "b", "secret_access_key": "c"}},
    }
    sites = open_sites(StorageConfig.model_validate({"stores": stores}), tmp_path)
    assert sites.onprem.storage_options() == {
        "aws_region": "de",
        "aws_endpoint": "http://127.0.0.1:9000",
        "aws_access_key_id": "a",
        "aws_secret_access_key": "b",
        "allow_http": "true",
    }
    assert sites.onprem.uri("raw/baumkataster") == "s3://daten/land/raw/baumkataster"
    with pytest.raises(PlacementForbidden):
        sites.store("cloud-a").storage_options()


def test_what_was_received_is_not_deleted(sites):
    """Landing keeps every byte; other zones delete, twice as well as once."""
    sites.write("onprem", "landing/09461000/x/a/content", b"x", classification=OPEN)
    with pytest.raises(PlacementForbidden, match="never deleted"):
        sites.delete("onprem", "landing/09461000/x/a/content")
    sites.write("onprem", "raw/x", b"x", classification=OPEN)
    sites.delete("onprem", "raw/x")
    sites.delete("onprem", "raw/x")
    assert sites.onprem.head("raw/x") is None


def test_incomplete_store_is_a_sentence(tmp_path):
    """A bucket without its key is refused when the sites are opened, naming the site and what is missing."""
    stores = {"onprem": {"url": "o"}, "cloud-a": {"url": "s3://x", "secrets": {"secret_access_key": "c"}}}
    with pytest.raises(ConfigInvalid, match=r"stores\.cloud-a: .* Missing AccessKeyId"):
        open_sites(StorageConfig.model_validate({"stores": stores}), tmp_path)


def test_linked_folders_do_not_overlap(tmp_path):
    """A cloud's folder that is a link into the on-premises one is refused."""
    (tmp_path / "sites/onprem/raw").mkdir(parents=True)
    (tmp_path / "wolke").symlink_to(tmp_path / "sites/onprem/raw")
    stores = {"onprem": {"url": "sites/onprem"}, "cloud-a": {"url": "wolke"}}
    with pytest.raises(ConfigInvalid, match="same folder"):
        open_sites(StorageConfig.model_validate({"stores": stores}), tmp_path)


def test_unknown_site(sites):
    """A site that is not configured is named with those that are."""
    with pytest.raises(ConfigInvalid, match="known are onprem, cloud-a, cloud-b"):
        sites.write("cloud-z", "open/x", b"", classification=OPEN)


def test_full_disk_is_a_sentence(sites, monkeypatch):
    """A full disk is told apart from an unreachable store."""

    def full(*_args, **_how):
        raise GenericError("Generic LocalFileSystem error: Unable to copy data: No space left on device (os error 28)")

    monkeypatch.setattr(obstore, "put", full)
    with pytest.raises(StoreFull, match="no space left while writing raw/x"):
        sites.write("onprem", "raw/x", b"x", classification=OPEN)


def test_dead_server_is_unreachable(tmp_path):
    """A bucket whose server does not answer raises StoreUnreachable with site and key, within seconds."""
    store = {
        "url": "s3://b",
        "region": "de",
        "options": {"endpoint": "http://127.0.0.1:9"},
        "secrets": {"access_key_id": "a", "secret_access_key": "b"},
    }
    sites = open_sites(StorageConfig.model_validate({"stores": {"onprem": {"url": "o"}, "cloud-a": store}}), tmp_path)
    with pytest.raises(StoreUnreachable, match="cloud-a: open/x cannot be reached"):
        sites.store("cloud-a").read("open/x")


def test_concurrent_index_changes_are_all_kept(sites, publish):
    """Two writers of the index lose nothing of each other."""
    publish()
    entry = read_index(sites.onprem).datasets[DATASET]

    def add(number: int) -> None:
        name = f"{number:08d}/baeume"
        update_index(sites, lambda index: OpenIndex(datasets=index.datasets | {name: entry}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(read_index(sites.onprem).datasets) == 41


def test_unchanged_index_is_not_written(sites, publish):
    """Writing the same index again leaves the object as it is."""
    publish()
    before = sites.onprem.head(OPEN_INDEX)
    update_index(sites, lambda index: index)
    assert sites.onprem.head(OPEN_INDEX) == before


def test_only_sites_writes_through_the_handle(sites, publish):
    """Replication writes through the guard: with the guard refusing everything, nothing reaches a cloud."""
    publish()
    planned = plan(sites)
    original = Sites.write
    try:
        Sites.write = lambda *_args, **_how: (_ for _ in ()).throw(PlacementForbidden("nein"))
        report = apply(sites, planned)
    finally:
        Sites.write = original
    assert not report.is_complete
    assert files(sites.store("cloud-a").folder) == set()
