"""Organizations as desired state: one per Kommune, with title, description, homepage, AGS and logo.

Ours is what carries the extra `allmende_id`; any other organization is never changed, also where datasets of ours lie
in it because it has the name that ours would have. Nothing is ever deleted. The logo is compared by the file name it
was uploaded under, which holds a digest of it: no picture is read back. What does not belong here: who publishes (the
settings of the installation say that), who may write in an organization (`accounts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

from catalog.ckan import clean
from catalog.ckan.client import Client, Forbidden, Invalid, Missing, Unknown
from catalog.ckan.logo import Logo, logo_in, plate_called
from catalog.ckan.mapping import organization_of, owner_of, without_empty
from catalog.ckan.schema import ID, foreign_extras
from catalog.publishing.entry import Entry, Thing, same
from catalog.publishing.plan import Change
from catalog.publishing.portal import Refused

PAGE = 1000
"""Asked for at once; a portal gives as few as it likes (CKAN's own limit is 25)."""
_CORE = ("title", "description")
_EXTRAS = ("ags", "homepage")
_OURS = frozenset({ID, *_EXTRAS})


@dataclass(frozen=True, slots=True)
class Organization:
    """What a portal shall say about a publisher. `owner` is its AGS, or `land` for statewide tables."""

    owner: str
    title: str
    logo: Logo
    description: str = ""
    homepage: str = ""

    def entry(self) -> Entry:
        """Return it as portals are planned by: plain values, empty ones left out."""
        name = organization_of(self.owner)
        content = {
            "name": name,
            "title": clean.line(self.title) or name,
            "description": clean.text(self.description),
            "ags": self.owner if self.owner.isdigit() else "",
            "homepage": clean.address(self.homepage),
            "logo": self.logo.file_name,
        }
        return Entry(name, without_empty(content), thing=Thing.ORGANIZATION)


Directory = Callable[[str], Organization]
"""From the owner of a dataset to its organization."""


@dataclass
class Organizations:
    """The organizations of one portal, as far as they are ours. Pictures that were uploaded are kept in `shelf`."""

    client: Client
    directory: Directory
    shelf: Path | None = None
    _fields: frozenset[str] | None = None
    _lock: Lock = field(default_factory=Lock)

    def desired(self, owners: Sequence[str]) -> dict[str, Entry]:
        """The organizations of these owners of datasets, by name."""
        return {entry.id: entry for entry in (self.directory(owner).entry() for owner in sorted(set(owners)))}

    def actual(self) -> dict[str, Entry]:
        """Our organizations as the portal has them: in one answer of our plugin, else page by page."""
        try:
            found = self.client.call("datenallmende_organizations")
        except (Unknown, Missing):
            found = self._pages()
        return {entry.id: entry for one in found if (entry := read_entry(one)) is not None}

    def look(self, name: str) -> Entry | None:
        """One of our organizations, read by itself."""
        now = self._show(name)
        return read_entry(now) if now else None

    def create(self, change: Change) -> None:
        """Create the organization; after an unclear answer looks before it tries again."""
        name = change.id
        for attempt in self.client.patience.attempts_of():
            with attempt:
                if attempt.retry_state.attempt_number > 1 and self._show(name) is not None:
                    break
                try:
                    self.client.once("organization_create", name=name, **self._fields_of(change.after, ()))
                except Invalid as error:
                    # the name is taken: by a call before us whose answer was lost, by CKAN's trash, or by a stranger
                    if "name" not in error.errors:
                        raise
        self._bring_to(change.after)

    def update(self, change: Change) -> None:
        """Change what differs, if the organization still is as the plan saw it; raises `Refused` where it is not."""
        now = self._show(change.id)
        entry = read_entry(now) if now else None
        if entry is None or not (same(entry, change.before) or same(entry, change.after)):
            raise Refused(
                f"{change.id} was changed on {self.client.where} while the plan was applied: make a new plan."
            )
        self._bring_to(change.after)

    def _bring_to(self, wanted: Entry) -> None:
        """Make the organization that is there as wanted, in at most two calls; both may be repeated."""
        now = self._show(wanted.id)
        entry = read_entry(now) if now else None
        if now is None or entry is None:
            raise Refused(
                f"The name “{wanted.id}” is taken on {self.client.where} by an organization that is not ours: give it "
                f"the extra {ID} = {wanted.id} to hand it over, or set `organizations = false` for this portal."
            )
        if without_logo(entry) != without_logo(wanted) or now.get("state") == "deleted":
            fields = self._fields_of(wanted, foreign_extras(now, _OURS))
            self.client.call("organization_patch", id=now["id"], state="active", **fields)
        if entry.content.get("logo") != wanted.content.get("logo"):
            self._upload(now["id"], wanted)

    def _upload(self, id_: str, wanted: Entry) -> None:
        logo = self._logo(wanted.id, str(wanted.content.get("logo", "")))
        file_name, picture = logo.file_name, logo.picture()
        if logo.data and self.shelf:
            self.shelf.mkdir(parents=True, exist_ok=True)
            (self.shelf / file_name).write_bytes(picture)
        for attempt in self.client.patience.attempts_of():
            with attempt:
                upload = {"image_upload": (file_name, BytesIO(picture), logo.media_type)}
                self.client.once("organization_patch", upload=upload, id=id_)

    def _logo(self, name: str, file_name: str) -> Logo:
        """The picture of that file name: today's, a plate, or, on the way back, one that was uploaded before."""
        logo = self.directory(owner_of(name)).logo
        if logo.file_name == file_name:
            return logo
        kept = self.shelf / file_name if self.shelf and file_name else None
        if kept and kept.is_file():
            return Logo(name, "", kept.read_bytes(), kept.suffix.removeprefix("."))
        if found := plate_called(name, file_name):
            return found
        raise Refused(
            f"The logo {file_name} is not at hand any more: set it as `logo` in the publisher's file and publish."
        )

    def _fields_of(self, wanted: Entry, foreign: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The organization as CKAN takes it: what its schema knows at the top level, the rest as extras."""
        known = self._known_fields()
        content = wanted.content
        values = {ID: wanted.id} | {name: str(content.get(name, "")) for name in _EXTRAS}
        top = {name: value for name, value in values.items() if name in known}
        extras = [{"key": k, "value": v} for k, v in values.items() if k not in known and v]
        return {name: content.get(name, "") for name in _CORE} | top | {"extras": [*foreign, *extras]}

    def _known_fields(self) -> frozenset[str]:
        with self._lock:
            if self._fields is None:
                try:
                    answer = self.client.call("scheming_organization_schema_show", type="organization")
                    self._fields = frozenset(str(f["field_name"]) for f in answer.get("fields") or ())
                except (Unknown, Missing, Invalid):
                    self._fields = frozenset()
            return self._fields

    def _show(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(
                self.client.call("organization_show", id=name, include_users=False, include_dataset_count=False)
            )
        except (Missing, Forbidden):
            return None

    def _pages(self) -> Iterator[dict[str, Any]]:
        """Every organization; pages are as long as the portal makes them, the last is empty."""
        start = 0
        while True:
            page = self.client.call(
                "organization_list",
                all_fields=True,
                include_extras=True,
                include_dataset_count=False,
                sort="name asc",
                limit=PAGE,
                offset=start,
            )
            yield from page
            if not page:
                return
            start += len(page)


def read_entry(organization: Mapping[str, Any]) -> Entry | None:
    """Read back what a portal says; nothing for an organization that is not ours."""
    extras = {item["key"]: item["value"] for item in organization.get("extras") or ()}
    # With an organization schema of ckanext-scheming the extras may stand at the top level.
    values = {**extras, **{k: organization[k] for k in _OURS if organization.get(k)}}
    if values.get(ID) != organization["name"]:
        return None
    content = {"name": organization["name"]} | {name: organization.get(name) for name in _CORE}
    content |= {name: values.get(name) for name in _EXTRAS}
    content["logo"] = logo_in(str(organization.get("image_url") or ""))
    return Entry(str(organization["name"]), without_empty(content), thing=Thing.ORGANIZATION)


def without_logo(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in entry.content.items() if key != "logo"}
