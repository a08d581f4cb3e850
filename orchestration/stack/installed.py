"""Where `infra/native/install.sh` puts what the stack runs on, and whether it is there. Nothing is installed here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from orchestration.settings import PROJECT

NATIVE = PROJECT / "infra" / "native"
INSTALL = NATIVE / "install.sh"
POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")


def cache() -> Path:
    """The folder of all that is installed, shared by all stacks of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datenallmende"


def binary(name: str) -> Path:
    return cache() / "bin" / name


def azurite() -> Path:
    return cache() / "azurite@3.37.0" / "node_modules" / ".bin" / "azurite-blob"


def solr() -> Path:
    return cache() / f"solr-{_key(NATIVE / 'solr' / 'pom.xml', NATIVE / 'solr' / 'SolrMain.java')}"


def ckan() -> Path:
    """CKAN's own Python environment."""
    return cache() / f"ckan-{_key(NATIVE / 'ckan' / 'requirements.txt')}"


def compose_config() -> Path:
    """What reads infra/compose.yaml as `docker compose config` does."""
    return binary(f"compose-config-{_key(NATIVE / 'compose' / 'main.go', NATIVE / 'compose' / 'go.mod')}")


def _key(*paths: Path) -> str:
    """The same as `key` in install.sh."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]
