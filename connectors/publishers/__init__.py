"""What is fetched from whom: one TOML per Kommune, named by its AGS. How to write one stands in `README.md`.

| module | answers |
|---|---|
| `model` | what may such a file say |
| `licences` | which licences are there, with their DCAT-AP.de URIs |
| `logo` | is the picture that a Kommune handed in one |
| `load` | read and check all files, one clear problem per mistake |
"""

from connectors.publishers.licences import LICENCES, licence
from connectors.publishers.load import (
    PUBLISHERS,
    Problem,
    PublisherInvalid,
    Publishers,
    check_publishers,
    load_publishers,
)
from connectors.publishers.model import (
    CkanSource,
    ContactSpec,
    DatasetSpec,
    HttpSource,
    InboxSource,
    PublisherSpec,
    SourceSpec,
)

__all__ = [
    "LICENCES",
    "PUBLISHERS",
    "CkanSource",
    "ContactSpec",
    "DatasetSpec",
    "HttpSource",
    "InboxSource",
    "Problem",
    "PublisherInvalid",
    "PublisherSpec",
    "Publishers",
    "SourceSpec",
    "check_publishers",
    "licence",
    "load_publishers",
]
