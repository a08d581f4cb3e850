"""A CKAN portal as a target: read in bulk, change only what the plan says, look again after an unclear answer.

Ours is what carries the extra `allmende_id`; everything else on the portal is never read further nor touched. Nothing
is purged: a withdrawn dataset becomes private and says why. What does not belong here: the fields (`mapping`,
`schema`), the bulk read (`reading`) and the calls' answers (`client`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from catalog.ckan import mapping
from catalog.ckan.client import CallAction, Client, Forbidden, Invalid, Missing, Unknown
from catalog.ckan.config import CkanConfig
from catalog.ckan.datastore_load import Store
from catalog.ckan.organizations import Directory, Organizations
from catalog.ckan.reading import Reader
from catalog.ckan.revision import revise
from catalog.ckan.schema import TOUCHED, PackageSchema, foreign_extras, match
from catalog.model import Catalog
from catalog.publishing.entry import Entry, Thing, same
from catalog.publishing.plan import Change
from catalog.publishing.portal import PortalStopped, Refused, Transient
from catalog.publishing.retry import Patience


def open_ckan(config: CkanConfig, directory: Directory | None = None, store: Store | None = None) -> CkanPortal:
    """Return the portal that `config` describes; opens no connection.

    With `directory` the organizations are desired state too; without, missing ones are created and no more. With
    `store`, where the files lie, small datasets get DataStore tables.
    """
    from ckanapi import RemoteCKAN

    from catalog.ckan.wire import Wire

    wire = Wire(config.parallel)
    token = config.token.get_secret_value()
    ckan = RemoteCKAN(config.url, apikey=token, user_agent="datenallmende", session=wire)
    if store is None or config.datastore_rows == 0:
        return CkanPortal(ckan, config, directory=directory, asked_to_wait=wire.asked_to_wait)
    from catalog.ckan.tabled import TabledPortal

    return TabledPortal(ckan, config, directory=directory, asked_to_wait=wire.asked_to_wait, store=store)


class CkanPortal:
    """Publishes to one CKAN through `ckan`, anything with ckanapi's `call_action`."""

    def __init__(
        self,
        ckan: CallAction,
        config: CkanConfig,
        patience: Patience | None = None,
        directory: Directory | None = None,
        asked_to_wait: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._config = config
        timeouts = (config.connect_timeout_s, config.read_timeout_s)
        patience = patience or Patience(config.attempts)
        self._client = Client(ckan, config.name, config.url, patience, timeouts, asked_to_wait)
        self._reader = Reader(self._client, config.page_size, config.parallel)
        self._schema: PackageSchema | None = None
        self._foreign: dict[str, list[dict[str, str]]] = {}
        self._organizations: set[str] = set()
        """Names of organizations that are known to be there."""
        self._own = Organizations(self._client, directory, config.logos) if directory else None
        self._may_choose_ids = False
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._config.name

    @property
    def parallel(self) -> int:
        return self._config.parallel

    @property
    def lag_s(self) -> float:
        return self._config.lag_s

    def preflight(self) -> None:
        """Raise `PortalStopped` where the portal is away, or does not know the token.

        CKAN treats a wrong token as no token and lets anonymous read: only asking who we are tells.
        """
        where, patience = self._client.where, self._client.patience
        try:
            user = self._client.call("user_show", patience=replace(patience, attempts=min(3, patience.attempts)))
        except (Missing, Forbidden) as error:  # 403 where the portal shows users to nobody
            raise PortalStopped(
                f"{where} does not accept the token, it takes us for an anonymous visitor: make a new token in CKAN "
                "and set it."
            ) from error
        except Transient as error:
            raise PortalStopped(f"{where} cannot be reached: check that it is up and the address is right.") from error
        # CKAN lets nobody else choose the id of a dataset; those of resources anybody may.
        self._may_choose_ids = bool(user.get("sysadmin"))

    def desired(self, catalog: Catalog) -> Mapping[str, Entry]:
        datasets = mapping.entries(catalog)
        if self._own is None:
            return datasets
        return self._own.desired([dataset.dataset_id.owner for dataset in catalog.datasets]) | datasets

    def actual(self, changes: Collection[Change] | None = None) -> Mapping[str, Entry]:
        """Read our datasets, private ones too, in pages: all of them, or those of `changes` by their ids."""
        schema = self._read_schema()
        if changes is None:
            found = self._reader.all(schema)
        else:
            found = self._reader.some({c.id for c in changes if c.thing is Thing.DATASET}, schema)
        self._foreign |= found.foreign
        return self._organizations_there(changes) | found.entries

    def look(self, change: Change) -> Entry | None:
        if change.thing is Thing.ORGANIZATION:
            return self.organizations.look(change.id)
        package = self._look_for(change.after)
        return self._read_schema().entry(package) if package else None

    def create(self, change: Change) -> None:
        """Create the dataset; after an unclear or a refusing answer looks before it tries again."""
        if change.thing is Thing.ORGANIZATION:
            self.organizations.create(change)
            return
        self._ensure_organization(change.after)
        package = self._read_schema().package(change.after)
        if self._may_choose_ids:
            package["id"] = mapping.package_id(change.id)
        for attempt in self._client.patience.attempts_of():
            with attempt:
                if attempt.retry_state.attempt_number > 1 and self._is_there(change):
                    return
                try:
                    self._client.once("package_create", **package)
                except Invalid as error:
                    # A dataset in CKAN's trash gives its name free, but neither its id nor those of its resources.
                    if not {"id", "name", "resources"} & error.errors.keys() or not self._is_there(change):
                        raise

    def update(self, change: Change) -> None:
        """Revise the dataset if it still is as the plan saw it; raises `Refused` where it is not."""
        assert change.before is not None  # noqa: S101 - a plan has no update without it
        if change.thing is Thing.ORGANIZATION:
            self.organizations.update(change)
            return
        schema = self._read_schema()
        if change.before.content.get("organization") != change.after.content.get("organization"):
            self._ensure_organization(change.after)
        call = revise(change.before, change.after, schema, self._foreign.get(change.id, ()))
        for attempt in self._client.patience.attempts_of():
            with attempt:
                try:
                    self._client.once("package_revise", **call)
                except Invalid as error:
                    if "match" not in error.errors:
                        raise
                    self._changed_or_done(change, error)

    def withdraw(self, change: Change) -> None:
        """Make the dataset private and write down why; it keeps its address."""
        assert change.before is not None  # noqa: S101 - a plan has no withdrawal without it
        self.update(replace(change, after=change.before.withdrawn(change.after.reason)))

    def finish(self) -> None:
        """CKAN keeps its own index, and a fault may have left that behind or ahead of its database."""
        self._reader.mend()

    @property
    def organizations(self) -> Organizations:
        """Our organizations there; raises `Refused` where they are not ours to keep."""
        if self._own is None:
            raise Refused(f"Portal “{self.name}” keeps its organizations itself: set `organizations = true` for it.")
        return self._own

    def _organizations_there(self, changes: Collection[Change] | None) -> dict[str, Entry]:
        if self._own is None or (changes is not None and all(c.thing is Thing.DATASET for c in changes)):
            return {}
        organizations = self._own.actual()
        self._organizations |= organizations.keys()
        return organizations

    def _read_schema(self) -> PackageSchema:
        with self._lock:
            if self._schema is None:
                try:
                    answer = self._client.call("scheming_dataset_schema_show", type="dataset")
                    self._schema = PackageSchema.from_scheming(answer)
                except (Unknown, Missing):
                    self._schema = PackageSchema()
            return self._schema

    def _ensure_organization(self, entry: Entry) -> None:
        name = str(entry.content["organization"])
        if name in self._organizations:
            return
        with self._lock:
            if name in self._organizations:
                return
            try:
                self._client.call("organization_show", id=name, include_users=False, include_followers=False)
            except Missing:
                self._create_organization(name, entry)
            self._organizations.add(name)

    def _create_organization(self, name: str, entry: Entry) -> None:
        owner = entry.id.partition("/")[0]
        told: dict[str, Any] = {"name": name, "title": str(entry.content["publisher_name"])}
        try:
            try:
                self._client.call("organization_create", **told, extras=[{"key": "ags", "value": owner}])
            except Invalid as error:
                if "extras" not in error.errors:
                    raise
                # The portal's schema has a field of its own for it.
                self._client.call("organization_create", **told, ags=owner)
        except Invalid as error:
            # 409 on the name: a call before us had made it, only its answer was lost.
            if "name" not in error.errors:
                raise

    def _is_there(self, change: Change) -> bool:
        """Whether the dataset is on the portal just as wanted; raises `Refused` where something else has its name."""
        wanted, schema = change.after, self._read_schema()
        package = self._look_for(wanted)
        if package is None:
            return False
        now = schema.entry(package)
        if now is None or now.id != wanted.id:
            raise Refused(
                f"The name “{wanted.content['name']}” is taken on portal “{self.name}” by a dataset that is not ours: "
                "rename that one, then apply again."
            )
        if package.get("state") == "deleted":
            self._revive(package, now, wanted)
        elif wanted.id not in self._reader.some({wanted.id}, schema).entries:
            self._touch(package, now)
        if package.get("state") == "deleted" or same(now, wanted):
            return True
        raise Refused(
            f"“{package['name']}” is on portal “{self.name}” already, its search had not listed it: make a new plan."
        )

    def _look_for(self, wanted: Entry) -> dict[str, Any] | None:
        """The dataset by the id we give, by its name, or in CKAN's trash, where its resources' ids lead to it."""
        known = [mapping.package_id(wanted.id)] if self._may_choose_ids else []
        for name_or_id in (*known, str(wanted.content["name"])):
            if package := self._reader.show(name_or_id):
                return package
        first = next(iter(wanted.content.get("resources", {}).values()), None)
        try:
            resource = self._client.call("resource_show", id=first["id"]) if first else None
        except (Missing, Forbidden):
            return None
        return self._reader.show(resource["package_id"]) if resource else None

    def _touch(self, package: Mapping[str, Any], now: Entry) -> None:
        """Write a dataset that the search lost once more: CKAN then lists it again."""
        kept = [{"key": e["key"], "value": e["value"]} for e in package.get("extras") or [] if e["key"] != TOUCHED]
        extras = [*kept, {"key": TOUCHED, "value": datetime.now(UTC).isoformat(timespec="seconds")}]
        self._client.once(
            "package_revise", match=match(now), filter=["-extras"], update={"extras": extras}, include=["+package__id"]
        )

    def _revive(self, package: Mapping[str, Any], now: Entry, wanted: Entry) -> None:
        """Bring back a dataset of ours that somebody put into CKAN's trash."""
        call = revise(now, wanted, self._read_schema(), foreign_extras(package))
        call["update"] = {**call.get("update", {}), "state": "active"}
        self._client.once("package_revise", **call)

    def _changed_or_done(self, change: Change, error: Invalid) -> None:
        """After a match that failed: fine if an answer was lost and the change is made, else somebody was faster."""
        try:
            package = self._client.call("package_show", id=match(change.before)["id"]) if change.before else {}
        except Missing:
            package = {}
        if not same(self._read_schema().entry(package), change.after):
            raise Refused(
                f"{change.id} was changed on portal “{self.name}” while the plan was applied: make a new plan."
            ) from error
