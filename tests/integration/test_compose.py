"""infra/compose.yaml is a valid compose file and says the same as the native stack: servers, ports, needs, settings.

Read by the library that Docker Compose reads it with (`infra/native/install.sh compose`); no engine, no server.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from orchestration.settings import PROJECT
from orchestration.stack import Place, Stack
from orchestration.stack.installed import NATIVE, compose_config
from orchestration.stack.profile import ADMINISTRATOR, secret_variables, settings_text
from orchestration.stack.servers.ckan import Ckan
from orchestration.stack.servers.minio import Minio

pytestmark = pytest.mark.integration

INFRA = PROJECT / "infra"
ONLY_THERE = {"provision"}
"""`allmende stack up` makes the buckets itself."""
INSIDE = {
    "minio": "minio:9000", "versitygw": "versitygw:7070", "azurite": "azurite:10000", "gcs": "gcs:4443",
    "gcs-json": "gcs-json:4443", "postgres": "postgres:5432", "redis": "redis:6379", "solr": "solr:8983",
    "ckan": "ckan:5000", "webhook": "webhook:8000",
}  # fmt: skip
"""Where a server is for the other containers."""
CKAN_VARIABLES = {
    "ckan.site_id": "CKAN_SITE_ID",
    "ckan.site_url": "CKAN_SITE_URL",
    "ckan.storage_path": "CKAN_STORAGE_PATH",
    "SECRET_KEY": "CKAN_SECRET_KEY",
    "sqlalchemy.url": "CKAN_SQLALCHEMY_URL",
    "ckan.datastore.write_url": "CKAN_DATASTORE_WRITE_URL",
    "ckan.datastore.read_url": "CKAN_DATASTORE_READ_URL",
    "solr_url": "CKAN_SOLR_URL",
    "ckan.redis.url": "CKAN_REDIS_URL",
}
"""Names that CKAN itself gives these settings in the environment."""


@pytest.fixture(scope="module")
def composed() -> dict:
    """The whole model, as Docker Compose understands the file."""
    secrets = (INFRA / "compose" / "secrets.sh").read_text()
    (names,) = re.findall(r"for name in (.*?); do", secrets, re.DOTALL)
    made = {name: f"secret-{name.lower()}" for name in [*names.replace("\\", "").split(), "AZURITE_ACCOUNT_KEY"]}
    read = [compose_config(), INFRA / "compose.yaml"]
    done = subprocess.run(read, env=os.environ | made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def native(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def inside(place: Place, text: str) -> str:
    """The address that a container says where the native stack says one of 127.0.0.1."""
    for name, where in INSIDE.items():
        text = text.replace(f"127.0.0.1:{place.ports[name]}", where)
    return text


def test_same_servers_on_the_same_ports_after_the_same_others(composed, native):
    """Each server is in both, needs the same others, and is published on 127.0.0.1 at the same port, and only there."""
    services = composed["services"]
    assert services.keys() - ONLY_THERE == native.services.keys()
    for name, server in native.services.items():
        published = services[name].get("ports", [])
        assert {one["host_ip"] for one in published} <= {"127.0.0.1"}, name
        assert [int(one["published"]) for one in published] == [native.place.ports[port] for port in server.ports], name
        assert set(services[name].get("depends_on", {})) - ONLY_THERE == set(server.needs), name
        assert "healthcheck" in services[name] or not server.ports, name


def test_same_settings(composed, native):
    """The stack profile, CKAN's settings and the variables with secrets say the same in both."""
    place = native.place
    told = tomllib.loads((INFRA / "compose" / "allmende.toml").read_text())
    ours = tomllib.loads(inside(place, settings_text(place)))
    # The public reads from outside the containers.
    ours["storage"]["stores"]["cloud-a"]["public_url"] = f"{place.url('versitygw')}/allmende"
    ours["provision"]["webhook_queue"] = "/queue"
    assert told == ours
    environment = composed["services"]["dagster-code"]["environment"]
    # Nobody but who sets the object store up has its administrator's login.
    assert secret_variables(place).keys() - {ADMINISTRATOR} <= environment.keys()
    holders = {name for name, one in composed["services"].items() if ADMINISTRATOR in (one.get("environment") or {})}
    assert holders == {"provision"}
    reports = {name: inside(place, value) for name, value in Minio(place).reports().items()}
    minio = composed["services"]["minio"]["environment"]
    assert reports.keys() <= minio.keys()
    assert [minio[name] for name in reports if "ENDPOINT" in name] == [told["provision"]["webhook"]]
    for name, value in told["catalog"].items():
        assert environment[f"ALLMENDE_CATALOG__{name.upper()}"] == value
    theirs = json.loads(environment["ALLMENDE_STORAGE__STORES"])
    ours = json.loads(secret_variables(place)["ALLMENDE_STORAGE__STORES"])
    assert {site: store["secrets"].keys() for site, store in theirs.items()} == {
        site: store["secrets"].keys() for site, store in ours.items()
    }
    emulators = [inside(place, one["cloud-c"]["secrets"]["service_account_key"]) for one in (theirs, ours)]
    assert json.loads(emulators[0]) == json.loads(emulators[1])


def test_minio_is_told_the_same(composed, native):
    """The server gets the same variables, and reports uploads to the receiver that the pipeline listens with."""
    environment = composed["services"]["minio"]["environment"]
    minio = native.services["minio"]
    ours = minio.command().environment
    assert environment.keys() == ours.keys()
    (endpoint,) = [value for name, value in ours.items() if "ENDPOINT" in name]
    assert environment["MINIO_NOTIFY_WEBHOOK_ENDPOINT_ALLMENDE"] == inside(native.place, endpoint)


def test_ckan_is_told_the_same(composed, native):
    """What CKAN is told beside settings.ini: the same keys, the same databases and servers, other secrets."""
    ckan = native.services["ckan"]
    assert isinstance(ckan, Ckan)
    environment = composed["services"]["ckan"]["environment"]
    addresses = ckan.addresses()
    derived = {name for name in addresses if name.startswith("api_token.jwt.")}
    assert addresses.keys() - derived == CKAN_VARIABLES.keys()
    assert set(CKAN_VARIABLES.values()) == {name for name in environment if name.startswith("CKAN_")}
    for name in addresses.keys() - derived - {"SECRET_KEY", "ckan.storage_path", "ckan.site_url"}:
        mine, theirs = (
            re.sub(r":[^:/@]+@", "@", text)
            for text in (inside(native.place, addresses[name]), environment[CKAN_VARIABLES[name]])
        )
        assert mine == theirs, name
    assert environment["CKAN_SITE_URL"] == addresses["ckan.site_url"]
    secret = (INFRA / "images" / "ckan-secret.ini").read_text()
    assert all(name in secret for name in derived)
    command = [str(word) for word in ckan.command().arguments]
    options = " ".join(command[command.index("--workers") : command.index("--bind")])
    assert options in (INFRA / "images" / "ckan-start.sh").read_text()


def test_same_versions_and_every_image_is_pinned(composed):
    """Servers have the version that install.sh builds, images a tag that names one."""
    install = (NATIVE / "install.sh").read_text()
    images = {name: service["image"] for name, service in composed["services"].items()}
    dockerfiles = [*(INFRA / "images").glob("*.Dockerfile")]
    froms = [
        line.split()[1] for file in dockerfiles for line in file.read_text().splitlines() if line.startswith("FROM")
    ]
    for image in [*images.values(), *froms]:
        tag = image.partition(":")[2]
        assert tag == "local" or re.search(r"\d", tag), image
    (versity,) = re.findall(r"versitygw@(v\S+)", install)
    (gcs,) = re.findall(r"fake-gcs-server@v(\S+)", install)
    (azurite,) = re.findall(r"azurite=(azurite@\S+)", install)
    (solr,) = re.findall(r"<solr>(\S+)</solr>", (NATIVE / "solr" / "pom.xml").read_text())
    (postgres,) = re.findall(r"postgresql-(\d+) ", install)
    assert images["versitygw"].endswith(f":{versity}")
    assert images["gcs-json"].endswith(f":{gcs}")
    assert images["postgres"].startswith(f"postgres:{postgres}.")
    assert azurite in (INFRA / "images" / "azurite.Dockerfile").read_text()
    assert f"FROM solr:{solr}\n" in (INFRA / "images" / "solr.Dockerfile").read_text()
