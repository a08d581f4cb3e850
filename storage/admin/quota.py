"""How much of the inbox each Kommune uses, and the switch that stops one which has too much.

MinIO knows quotas for whole buckets only, and counts with a delay of minutes. So the files below each prefix are added
up here, and a Kommune above its quota joins a group that may put nothing; it leaves the group when there is room again.
Nobody else is touched. An upload that is under way when the quota is reached still comes in: the quota is a bound on
what lies there, plus what was already on its way. What does not belong here: when to count (`orchestration`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from storage.admin.config import ProvisionConfig
from storage.admin.minio import MinioServer
from storage.admin.rights import FULL, KOMMUNEN
from storage.drops import ANSWERS, Drops
from storage.stores import ObjectInfo

NOTICE = f"{ANSWERS}/Speicher-voll.txt"
_NOTICE = """Der Eingang Ihrer Kommune ist voll.

Es liegen {used} in Ihrem Eingang, erlaubt sind {allowed}. Neue Dateien werden deshalb im Moment abgewiesen
(Ihr Programm meldet „Access Denied“ oder „Zugriff verweigert“).

Was hilft: Löschen Sie Dateien aus Ihrem Eingang, die schon übernommen wurden. Übernommene Daten bleiben erhalten.
Danach können Sie wieder hochladen. Wenn Sie mehr Platz brauchen, schreiben Sie uns bitte.
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """What lies in the inbox of a Kommune, in bytes."""

    ags: str
    used: int
    allowed: int

    @property
    def is_full(self) -> bool:
        return self.used > self.allowed


@dataclass(frozen=True, slots=True)
class Switched:
    """Who was stopped, and who may hand in again."""

    stopped: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()


class Quotas:
    """Counting and switching. Idempotent: what is right already costs two questions."""

    def __init__(self, server: MinioServer, drops: Drops, config: ProvisionConfig) -> None:
        self._server, self._drops, self._config = server, drops, config

    def usage(self, ags: Collection[str] | None = None) -> list[Usage]:
        """What lies there, of these Kommunen or of all that have something."""
        if ags is None:
            return self._usages(add_up(self._drops.list()))
        return self._usages({one: add_up(self._drops.list(f"{one}/")).get(one, 0) for one in ags})

    def enforce(self, ags: Collection[str] | None = None) -> Switched:
        """Stop who has too much, let go on who has room again, and leave a sentence in German beside the files."""
        usages = {usage.ags: usage for usage in self.usage(ags)}
        group, known = self._server.group(FULL), self._server.group(KOMMUNEN)
        stopped_before = group.members if group else frozenset()
        looked_at = stopped_before if ags is None else stopped_before & set(ags)
        full = {one for one, usage in usages.items() if usage.is_full} & (known.members if known else frozenset())
        stop, free = sorted(full - stopped_before), sorted(looked_at - full)
        for one in stop:  # the reason first: whoever is refused finds it
            self._drops.put(f"{one}/{NOTICE}", notice(usages[one]).encode(), "text/plain; charset=utf-8")
        if stop:
            self._server.join(FULL, stop)
        self._server.leave(FULL, free)
        for one in free:
            self._drops.delete(f"{one}/{NOTICE}")
        return Switched(tuple(stop), tuple(free))

    def _usages(self, used: Mapping[str, int]) -> list[Usage]:
        return [Usage(ags, size, self._config.quota_of(ags)) for ags, size in sorted(used.items())]


def add_up(files: Iterable[ObjectInfo]) -> dict[str, int]:
    """Bytes by the first part of the key. What we wrote there ourselves does not count."""
    used: dict[str, int] = defaultdict(int)
    for info in files:
        ags, _, rest = info.key.partition("/")
        used[ags] += 0 if rest.startswith(f"{ANSWERS}/") else info.size
    return dict(used)


def notice(usage: Usage) -> str:
    """What the Kommune reads, beside its files."""
    return _NOTICE.format(used=_shown(usage.used), allowed=_shown(usage.allowed))


def _shown(size: int) -> str:
    for unit, factor in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".", ",")
    return f"{size} Byte"
