"""dlt: one pipeline, sources with one resource per raw table, nothing twice.

A load that was killed leaves a dlt package behind; it is dropped, because what is missing is computed anew from the
landing log and what stands in the tables. What does not belong here: what to load (`conversion`), Dagster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from connectors.raw.tables import Schema, delta_options
from storage.layout import Zone
from storage.sites import Sites

Batches = Callable[[], Iterable[Any]]
PIPELINE = "raw"
_TOLD_BY_DLT = {"aws_access_key_id", "aws_secret_access_key", "aws_region", "aws_endpoint", "aws_endpoint_url"}


def import_dlt() -> Any:
    """The dlt module with telemetry switched off before anything could be sent."""
    import dlt

    dlt.config["runtime.dlthub_telemetry"] = False
    return dlt


def work_folder(sites: Sites, name: str) -> Path:
    """Where a run keeps what it may lose: below the home, never in a site."""
    return sites.home / "work" / name


def make_pipeline(sites: Sites, name: str = PIPELINE) -> Any:
    """A dlt pipeline into `raw/` of the on-premises store, without anything left over from a killed run.

    Hold `sites.lock("raw")` while it runs: two pipelines of one name race for their working folder.
    """
    dlt = import_dlt()
    from connectors.raw.destination import prompt_filesystem

    folder = sites.onprem.folder
    bucket = folder.as_uri() if folder else sites.onprem.uri(Zone.RAW).rpartition("/")[0]
    pipeline = dlt.pipeline(
        name,
        pipelines_dir=str(work_folder(sites, "dlt")),
        destination=prompt_filesystem(
            bucket,
            credentials=_credentials(sites.onprem.storage_options()),
            deltalake_storage_options=_beside_credentials(delta_options(sites.onprem)),
        ),
        dataset_name=str(Zone.RAW),
    )
    pipeline.config.restore_from_destination = False
    pipeline.drop()
    return pipeline


def raw_source(tables: Mapping[str, Batches], schemas: Mapping[str, Schema], name: str = "raw") -> Any:
    """A dlt source with one resource per table; a resource that yields nothing writes nothing."""
    dlt = import_dlt()

    @dlt.source(name=name, schema_contract={"data_type": "freeze"})  # type: ignore[untyped-decorator]
    def source() -> Iterator[Any]:
        for table, batches in tables.items():
            yield dlt.resource(
                as_function(batches),
                name=table,
                table_format="delta",
                write_disposition="append",
                columns=column_hints(schemas[table]),
            )

    return source()


def as_function(batches: Batches) -> Batches:
    """Dlt keeps notes on the function it is given, which bound methods and classes do not let it do."""
    return lambda: iter(batches())


def run(pipeline: Any, source: Any) -> None:
    """Run and raise where any job failed; then none of the failed table's rows are visible."""
    pipeline.run(source).raise_on_failed_jobs()


def column_hints(schema: Schema) -> dict[str, dict[str, Any]]:
    """Local German time stays without a zone: dlt would take it for UTC."""
    return {
        name: {"data_type": "timestamp", "timezone": False}
        for name, dtype in schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is None
    }


def _beside_credentials(options: Mapping[str, str]) -> dict[str, str] | None:
    """What dlt does not tell deltalake by itself; told twice, it warns at every table."""
    return {name: value for name, value in options.items() if name not in _TOLD_BY_DLT} or None


def _credentials(options: Mapping[str, str]) -> Any:
    if not options:
        return None
    from dlt.common.configuration.specs import AwsCredentials

    credentials = AwsCredentials()
    credentials.aws_access_key_id = options.get("aws_access_key_id", "")
    credentials.aws_secret_access_key = options.get("aws_secret_access_key", "")
    credentials.region_name = options.get("aws_region")
    credentials.endpoint_url = options.get("aws_endpoint") or options.get("aws_endpoint_url")
    return credentials
