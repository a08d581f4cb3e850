"""One place that turns titles and identifiers into names.

Asset keys, dbt models, bucket keys and CKAN names all derive from here. What does not belong here: where a
thing lies in a zone (`storage.layout`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"})
_AGS = re.compile(r"\d{8}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_MAX = 60
STATEWIDE = "land"
"""First half of the identifier of a statewide dataset, where a municipal one carries its AGS."""


class NameInvalid(ValueError):
    """A name that cannot be used; the message says what is wrong and what to do."""


def slug(text: str) -> str:
    """Return `text` as lower-case ASCII words joined by `-` (German umlauts spelled out), at most 60 characters.

    Raises `NameInvalid` where nothing usable is left.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_UMLAUTS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    name = "-".join(words)[:SLUG_MAX].strip("-")
    if not name:
        raise NameInvalid(f"“{text}” leaves no usable name: use letters or digits")
    return name


def identifier(text: str) -> str:
    """Return `text` as a SQL and Dagster identifier: the slug with `_` for `-`."""
    return slug(text).replace("-", "_")


@dataclass(frozen=True, slots=True, order=True)
class DatasetId:
    """The name of a dataset: `<ags>/<slug>`, or `land/<slug>` for a statewide table."""

    owner: str
    slug: str

    def __post_init__(self) -> None:
        if self.owner != STATEWIDE and not _AGS.fullmatch(self.owner):
            raise NameInvalid(f"“{self.owner}” is no AGS: it needs 8 digits, e.g. 09162000")
        if not _SLUG.fullmatch(self.slug) or len(self.slug) > SLUG_MAX:
            raise NameInvalid(f"“{self.slug}” is no dataset name: use a-z, 0-9 and single hyphens")

    @classmethod
    def parse(cls, text: str) -> DatasetId:
        """Read `<ags>/<slug>`; raises `NameInvalid`."""
        owner, separator, name = text.partition("/")
        if not separator:
            raise NameInvalid(f"“{text}” is no dataset: write <ags>/<name>, e.g. 09162000/baumkataster")
        return cls(owner, name)

    def __str__(self) -> str:
        return f"{self.owner}/{self.slug}"

    @property
    def is_statewide(self) -> bool:
        return self.owner == STATEWIDE

    @property
    def portal_name(self) -> str:
        """The name of the dataset on a portal (CKAN allows `[a-z0-9_-]{2,100}`)."""
        return f"{self.owner}-{self.slug}"
