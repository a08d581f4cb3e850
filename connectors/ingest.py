"""The whole way in as a few functions: for the command line, the intake portal and Dagster.

| function | does |
|---|---|
| `ingest_files` | files handed in by hand → landing |
| `convert_and_load` | everything that landed and is due → raw |
| `load_run` | the same in its parts, for Dagster: `prepared.rows()` and `prepared.pointers()` are dlt sources |
| `withdraw` | takes a dataset back: a mark in landing, the pointer moved away |
| `restore` | hands the last content of a withdrawn dataset in again |

What does not belong here: fetching from sources (`fetch`), what happens inside each step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.batches import files_below
from connectors.copies import FileRefused, private_copy
from connectors.landing import Landed, land, land_withdrawal
from connectors.loadrun import DatasetReport, LoadReport, Prepared, asset_source, load_run
from connectors.messages import say
from connectors.publishers import Publishers
from connectors.raw.loading import work_folder
from connectors.receipts import LandingLog, Receipt
from storage.manifest import Classification
from storage.names import DatasetId, NameInvalid, slug
from storage.sites import Sites

if TYPE_CHECKING:
    from standards.definition import Standard

MAX_BYTES = 2 * 1024**3
__all__ = [
    "DatasetReport",
    "LoadReport",
    "Prepared",
    "asset_source",
    "convert_and_load",
    "ingest_files",
    "load_run",
    "restore",
    "withdraw",
]


def ingest_files(
    paths: Sequence[Path],
    ags: str,
    *,
    sites: Sites,
    publishers: Publishers,
    standard: str | None = None,
    dataset: str | None = None,
    classification: Classification = Classification.OPEN,
    undo: Sequence[str] | None = None,
    source_kind: str = "cli",
    by: str = "",
    is_invented: bool = False,
    max_bytes: int = MAX_BYTES,
) -> list[Landed]:
    """Hand in files (or folders of files) as a Kommune would; one dataset per file, named by `dataset` or the file.

    All is checked before the first byte lands. Raises `FileRefused` with one German sentence.
    """
    if ags not in publishers.register and publishers.get(ags) is None:
        near = [f"{gemeinde.ags} {gemeinde.name}" for gemeinde in publishers.register.suggest(ags)]
        hint = f" Ähnlich: {', '.join(near)}." if near else ""
        raise FileRefused(say("ags-unknown", ags=ags, hint=hint))
    named = _named(_files(paths), ags, dataset)
    log = LandingLog.load(sites.onprem)
    landed = []
    for name, path in named.items():
        with private_copy(path, work_folder(sites, "staging"), max_bytes) as data:
            landed.append(
                land(
                    sites,
                    name,
                    data,
                    filename=path.name,
                    source_kind=source_kind,
                    classification=classification,
                    standard=standard,
                    undo=undo,
                    by=by,
                    is_invented=is_invented,
                    log=log,
                )
            )
    return landed


def convert_and_load(sites: Sites, publishers: Publishers, standards: Mapping[str, Standard]) -> LoadReport:
    """Bring everything that landed and is due into the raw zone. Run again with nothing new: writes nothing."""
    with load_run(sites, publishers, standards) as prepared:
        prepared.load()
    return prepared.report


def withdraw(sites: Sites, dataset: DatasetId, reason: str, *, by: str = "") -> Receipt:
    """Take a dataset back: it leaves curated, open and portal with the next run; its history stays.

    Raises `KeyError` for a dataset that never landed. The pointer is moved by the next `convert_and_load`.
    """
    return land_withdrawal(sites, dataset, reason, by=by)


def restore(sites: Sites, dataset: DatasetId, *, by: str = "") -> Landed:
    """Hand the last content of a withdrawn dataset in again. Raises `KeyError` where nothing ever landed."""
    log = LandingLog.load(sites.onprem, dataset)
    last = log.latest_content(dataset)
    if last is None:
        raise KeyError(f"there is no dataset {dataset}")
    return land(
        sites,
        dataset,
        sites.onprem.read(last.content_key),
        filename=last.filename,
        source_kind=last.source_kind,
        source_url=last.source_url,
        etag=last.etag,
        last_modified=last.last_modified,
        revision=last.revision,
        classification=last.classification,
        standard=last.standard,
        told=last.told,
        undo=last.undo,
        by=by,
        is_invented=last.is_invented,
        log=log,
    )


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves; a folder stands for the files below it, without hidden ones and links."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(files_below(path))
        elif path.is_file():
            found.append(path.resolve())
        else:
            raise FileRefused(say("not-a-file", path=path))
    return found


def _named(files: Sequence[Path], ags: str, dataset: str | None) -> dict[DatasetId, Path]:
    if dataset is not None and len(files) > 1:
        raise FileRefused(say("one-dataset-many-files", count=len(files)))
    named: dict[DatasetId, Path] = {}
    for path in files:
        try:
            name = DatasetId(ags, dataset if dataset is not None else slug(path.stem))
        except NameInvalid as error:
            reason = say("no-name", filename=path.name) if dataset is None else str(error)
            raise FileRefused(reason) from error
        if name in named:
            raise FileRefused(say("same-name", first=named[name].name, second=path.name, slug=name.slug))
        named[name] = path
    return named
