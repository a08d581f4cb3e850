"""Replace a whole DataStore table in one transaction: readers see the old rows or the new ones, never a part.

CKAN's own actions commit once a call, so a table that is emptied and filled again is empty in between. The action
here takes the rows as a CSV file, streams them by COPY into a temporary table and moves them over in the transaction
that removes the old ones. It may do what `datastore_create` may do, for whom `datastore_create` may do it.

What does not belong here: which tables there shall be, and the note on the resource that says which content was loaded
(`catalog.ckan.datastore` on the publisher's side).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, BinaryIO

import ckan.plugins as p
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit
from ckanext.datastore.backend import DatastoreBackend, postgres
from ckanext.datastore.logic.schema import datastore_create_schema
from ckanext.datenallmende import tablesearch
from sqlalchemy.exc import DataError, IntegrityError

try:
    from ckanext.xloader.interfaces import IXloader
except ImportError:  # xloader is an offer to a portal that takes files by hand, no need of ours
    IXloader = None

OURS = "allmende_key"
"""On every resource that the publisher made."""
TYPES = frozenset({"text", "int4", "int8", "numeric", "date", "timestamp", "bool"})
"""PostgreSQL types by the names that `datastore_info` gives; anything else is refused, so no SQL can come in."""
ROWS = "_allmende_rows"
SEARCH = "simple"
"""Text search as the table view asks for it; a stemmed index would not find beginnings of words."""
_LOCK_WAIT = "5s"
"""A rebuilt table needs its readers gone for a moment: who waits longer gives way and is asked to come again."""
_STATEMENT_WAIT = "600s"

if not toolkit.check_ckan_version(min_version="2.12"):
    raise RuntimeError("ckanext-datenallmende needs CKAN 2.12: it uses that version's DataStore")
identifier = postgres.identifier


class DatastorePlugin(p.SingletonPlugin):
    """The action, the search of the table view, and peace from xloader where that is installed."""

    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    if IXloader is not None:
        p.implements(IXloader, inherit=True)

    def get_actions(self) -> dict[str, Any]:
        return {
            "datenallmende_datastore_replace": datenallmende_datastore_replace,
            "datastore_search": tablesearch.datastore_search,
        }

    def can_upload(self, resource_id: str) -> bool:
        """Whether xloader may load a resource: not ours, whose types would be guessed anew."""
        resource = model.Resource.get(resource_id)
        return resource is None or OURS not in resource.extras

    def get_auth_functions(self) -> dict[str, Any]:
        return {"datenallmende_datastore_replace": may_replace}


def may_replace(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The same right as `datastore_create`: whoever may update the resource."""
    try:
        toolkit.check_access("datastore_create", context, {"resource_id": data_dict.get("resource_id")})
    except toolkit.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}


def datenallmende_datastore_replace(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make the DataStore table of a resource hold exactly the rows of a CSV file, atomically for readers.

    :param resource_id: an existing resource
    :param fields: as in `datastore_create` (`id`, `type`, `info`), all columns in the order of the file; or as JSON
    :param primary_key: columns that are unique together (optional); or as JSON
    :param indexes: columns to index (optional); or as JSON
    :param upload: the file: UTF-8, RFC 4180, header line; an empty field is a missing value, `""` an empty text
    :returns: `rows`, and `is_rebuilt` where columns or key were other than before
    """
    told = _validated(context, data_dict)
    toolkit.check_access("datenallmende_datastore_replace", context, {"resource_id": told["resource_id"]})
    stream = _stream(data_dict.get("upload"))
    _check_header(stream, told["fields"])
    engine = postgres.get_write_engine()
    postgres._cache_types(engine)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(f"SET LOCAL statement_timeout = '{_STATEMENT_WAIT}'"))
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
            is_rebuilt = _replace(connection, told, stream)
            rows = _count(connection, told["resource_id"])
    except (DataError, IntegrityError) as error:
        raise toolkit.ValidationError({"records": [str(error.orig).strip().splitlines()[0]]}) from error
    # planner statistics; outside the transaction, and no harm is done where it is lost
    DatastoreBackend.get_active_backend().calculate_record_count(told["resource_id"])
    return {"rows": rows, "is_rebuilt": is_rebuilt}


def _validated(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The arguments by CKAN's own rules for `datastore_create`, with the types we allow."""
    told: dict[str, Any] = {"resource_id": toolkit.get_or_bust(data_dict, "resource_id")}
    for name in ("fields", "primary_key", "indexes"):
        value = data_dict.get(name)
        try:
            told[name] = json.loads(value) if isinstance(value, str) else value or []
        except ValueError as error:
            raise toolkit.ValidationError({name: ["is no JSON"]}) from error
    told, errors = toolkit.navl_validate(told, datastore_create_schema(), {**context, "plugin_data": {}})
    if errors:
        raise toolkit.ValidationError(errors)
    fields = told.get("fields") or []
    if not fields:
        raise toolkit.ValidationError({"fields": ["must name every column"]})
    for field in fields:
        if field.get("type") not in TYPES:
            raise toolkit.ValidationError({"fields": [f"“{field['id']}” needs a type of {', '.join(sorted(TYPES))}"]})
    return told


def _stream(upload: Any) -> BinaryIO:
    stream = getattr(upload, "stream", None)
    if stream is None:
        raise toolkit.ValidationError({"upload": ["must be a CSV file, sent as multipart/form-data"]})
    return stream


def _check_header(stream: BinaryIO, fields: Sequence[dict[str, Any]]) -> None:
    """Read the header line; column names hold no line break, so it is one line."""
    line = stream.readline().decode("utf-8-sig")
    header = next(csv.reader(io.StringIO(line)), [])
    names = [field["id"] for field in fields]
    if header != names:
        raise toolkit.ValidationError({"upload": [f"the header line is {header}, the fields are {names}"]})


def _replace(connection: Any, told: dict[str, Any], stream: BinaryIO) -> bool:
    """Move the rows in; returns whether the table had to be made anew."""
    context = {"connection": connection}
    table = told["resource_id"]
    # one writer a table: two publishers at once come one after the other
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:table, 0))"), {"table": table})
    _copy(connection, told["fields"], stream)
    is_there = connection.scalar(sa.text("SELECT to_regclass(:name) IS NOT NULL"), {"name": f'public."{table}"'})
    is_rebuilt = not is_there or not _fits(connection, told)
    aliases: list[str] = []
    if is_rebuilt:
        if is_there:
            aliases = postgres._get_aliases(context, told)
            connection.execute(sa.text(f"DROP TABLE {identifier(table)} CASCADE"))
        postgres.create_table(context, {"resource_id": table, "fields": told["fields"]}, {})
        postgres._create_fulltext_trigger(connection, table)
    else:
        # no lock that a reader would feel: they see the old rows until the commit
        connection.execute(sa.text(f"DELETE FROM {identifier(table)}"))
        postgres.alter_table(context, {**told, "delete_fields": False}, {})
    _insert(connection, told)
    if is_rebuilt:
        postgres.create_indexes(context, told)
        postgres.create_alias(context, {**told, "aliases": aliases})
    return is_rebuilt


def _copy(connection: Any, fields: Sequence[dict[str, Any]], stream: BinaryIO) -> None:
    columns = ", ".join(f"{identifier(field['id'])} {field['type']}" for field in fields)
    connection.execute(sa.text(f"CREATE TEMP TABLE {ROWS} (_nr serial, {columns}) ON COMMIT DROP".replace(":", r"\:")))
    names = ", ".join(identifier(field["id"]) for field in fields)
    with connection.connection.cursor() as cursor:
        try:
            cursor.copy_expert(f"COPY {ROWS} ({names}) FROM STDIN WITH (FORMAT csv, ENCODING 'UTF8')", stream)
        except cursor.connection.DataError as error:
            where = [line for line in str(error).splitlines() if line.startswith(("CONTEXT", "ERROR"))]
            message = " ".join([str(error).splitlines()[0], *where])
            raise toolkit.ValidationError({"records": [message]}) from error


def _fits(connection: Any, told: dict[str, Any]) -> bool:
    """Whether the table has these columns in this order, and this key."""
    now = [(field["id"], field["type"]) for field in postgres._get_fields(connection, told["resource_id"])]
    wanted = [(field["id"], field["type"]) for field in told["fields"]]
    key = postgres._get_unique_key({"connection": connection}, {"resource_id": told["resource_id"]})
    return now == wanted and sorted(key) == sorted(told.get("primary_key") or [])


def _insert(connection: Any, told: dict[str, Any]) -> None:
    """All rows in the order of the file, `_id` from 1: pages of a table keep their addresses over a re-load."""
    names = ", ".join(identifier(field["id"]) for field in told["fields"])
    texts = ", ".join(f"{identifier(field['id'])}::text" for field in told["fields"])
    statement = (
        f"INSERT INTO {identifier(told['resource_id'])} (_id, _full_text, {names}) "
        f"SELECT _nr, to_tsvector('{SEARCH}', concat_ws(' ', {texts})), {names} FROM {ROWS} ORDER BY _nr"
    )
    connection.execute(sa.text(statement.replace(":", r"\:")))


def _count(connection: Any, table: str) -> int:
    """Write the number of rows where CKAN looks it up, in the same transaction as the rows."""
    rows = int(connection.scalar(sa.text(f"SELECT count(*) FROM {ROWS}")))
    connection.execute(
        sa.text(
            "INSERT INTO _table_stats (resource_id, stats) "
            "VALUES (:table, jsonb_build_object('rows', CAST(:rows AS bigint))) "
            "ON CONFLICT (resource_id) DO UPDATE SET stats = EXCLUDED.stats"
        ),
        {"table": table, "rows": rows},
    )
    return rows
