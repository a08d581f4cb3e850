"""What CKAN's API cannot do: say where its search index and its database disagree about our datasets, and mend that.

CKAN 2.12 writes to its index before its database commits. A full disk, a database that restarts, a killed worker at
that moment leave the index ahead: it lists a dataset that is not there, or a change that was never kept. What does not
belong here: changing a dataset.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ckan import logic, model
from ckan.common import config
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckan.plugins import toolkit

MARK = "allmende_id"
_ALL = 10_000_000


@toolkit.side_effect_free
def datenallmende_index_gaps(context: Any, data_dict: dict[str, Any]) -> list[str]:  # noqa: ARG001 - CKAN's signature
    """Return the ids of our datasets that the index lacks, has in another state, or has alone. For who may publish."""
    toolkit.check_access("package_create", context, {})
    return sorted(_gaps())


def datenallmende_close_index_gaps(context: Any, data_dict: dict[str, Any]) -> list[str]:
    """Make the index say what the database has, about those of `ids` where it still does not; return these ids."""
    toolkit.check_access("package_create", context, {})
    # Only what was a gap before and is one now: a dataset that is just being written looks like one for a moment.
    closed = []
    for id_ in sorted(_gaps() & set(toolkit.get_or_bust(data_dict, "ids"))):
        if model.Package.get(id_) is None:
            search.clear(id_)
        elif _may_update(context, id_):
            logic.index_update_package(logic.fresh_context(context, ignore_auth=True), id_)
        else:
            continue
        closed.append(id_)
    return closed


def _may_update(context: Any, id_: str) -> bool:
    """Whether the dataset is the user's to care for; another Kommune's waits for that one's publisher."""
    try:
        toolkit.check_access("package_update", {"user": context["user"]}, {"id": id_})
    except toolkit.NotAuthorized:
        return False
    return True


def _gaps() -> set[str]:
    package = model.Package
    query = model.Session.query(package.id, package.metadata_modified)
    kept = {
        id_: _moment(modified)
        for id_, modified in query.filter(package.state == "active", package.extras.has_key(MARK))
    }
    listed = {found["id"]: _moment(found["metadata_modified"]) for found in _listed()}
    return {id_ for id_ in kept.keys() | listed.keys() if kept.get(id_) != listed.get(id_)}


def _listed() -> list[dict[str, Any]]:
    only = [f"extras_{MARK}:*", "state:active", "entity_type:package", f'site_id:"{config["ckan.site_id"]}"']
    index = make_connection(decode_dates=False)
    index.commit(softCommit=True)  # what publishers left uncommitted (`bulk`) is no gap
    found = index.search("*:*", fq=only, fl="id,metadata_modified", rows=_ALL)
    return list(found)


def _moment(value: Any) -> datetime:
    """To the millisecond, which is what the index keeps."""
    moment = datetime.fromisoformat(value.removesuffix("Z")) if isinstance(value, str) else value
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
