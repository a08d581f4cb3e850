"""The smallest `package_revise` that leads from one entry to another: fields we do not know stay as they are.

`match` holds `metadata_modified`, so CKAN itself refuses where somebody changed the dataset in between. What does not
belong here: sending it (`portal`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.ckan.schema import PackageSchema, match
from catalog.publishing.entry import Entry


def revise(
    before: Entry, after: Entry, schema: PackageSchema, foreign_extras: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return the arguments of `package_revise`.

    A list or group that changes is removed by `filter` first: `update` merges lists by position. Resources are named by
    their id, new ones come through `extend` (`update__resources__-1` would overwrite the last).
    """
    old, new = schema.package(before), schema.package(after)
    call: dict[str, Any] = {"match": match(before)}
    filters, update = _top_level(old, new)
    if old["extras"] != new["extras"]:
        filters.append("-extras")
        update["extras"] = [*foreign_extras, *new["extras"]]
    filters += _resources(call, _by_id(old), _by_id(new))
    if filters:
        call["filter"] = filters
    if update:
        call["update"] = update
    return call | {"include": ["+package__id"]}


def _top_level(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    filters: list[str] = []
    update: dict[str, Any] = {}
    for key in sorted((old.keys() | new.keys()) - {"extras", "resources"}):
        if old.get(key) == new.get(key):
            continue
        if key not in new or isinstance(old.get(key), list):
            filters.append(f"-{key}")
        if key in new:
            update[key] = new[key]
    return filters, update


def _resources(
    call: dict[str, Any], old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    filters = [f"-resources__{id_}" for id_ in old if id_ not in new]
    for id_ in (id_ for id_ in new if id_ in old):
        removed, changed = _top_level(old[id_], new[id_])
        filters += [f"-resources__{id_}__{name.removeprefix('-')}" for name in removed]
        if changed:
            call[f"update__resources__{id_}"] = changed
    added = [dict(resource) for id_, resource in new.items() if id_ not in old]
    if added:
        call["update__resources__extend"] = added
    return filters


def _by_id(package: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {resource["id"]: resource for resource in package["resources"]}
