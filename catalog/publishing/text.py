"""A plan as a portal editor reads it: first how much, then which fields, then each change with its old and new values.

Long values are shortened to where they differ; JSON (`Plan.as_json`) has them whole. What does not belong here: what
changes (`catalog.publishing.plan`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from catalog.publishing.entry import Thing
from catalog.publishing.plan import Change, FieldChange, Kind, Plan
from catalog.publishing.tables import TABLE

_SIGNS = {Kind.CREATED: "+", Kind.UPDATED: "~", Kind.WITHDRAWN: "-"}
_CELL = 60
_AROUND = 20
"""Characters that are left of what two long texts have in common."""
_ID_MAX = 48
_FEW = 60
"""So many changes are shown all."""
_SAMPLE = 10
"""Of more, so many of each kind."""
_FIELDS = 12
_SUM = re.compile(r"[0-9a-f]{32,}")
_NONE = "∅"


def plan_text(plan: Plan, *, show_all: bool = False) -> str:
    """Return the plan for a terminal: `+` created, `~` updated with its fields old → new, `-` withdrawn.

    Of many changes of a kind the first ones are shown, unless `show_all`.
    """
    counts = ", ".join(f"{number:,} {kind}" for kind, number in plan.counts.items())
    head = f"Portal “{plan.portal}”: {counts}"
    if any(plan.organization_counts.values()):
        head += "; organizations: " + ", ".join(f"{n:,} {kind}" for kind, n in plan.organization_counts.items())
    if plan.is_empty:
        return f"{head}. Nothing to do."
    lines = [head, *_fields_in_all(plan)]
    limit = len(plan.changes) if show_all or len(plan.changes) <= _FEW else _SAMPLE
    width = min(_ID_MAX, max(len(change.id) for change in plan.changes))
    left: list[str] = []
    for thing, kind in product(Thing, Kind):
        changes = plan.of(kind, thing)
        lines += [line for change in changes[:limit] for line in _change(change, width, show_all=show_all)]
        if len(changes) > limit:
            what = "" if thing is Thing.DATASET else f"{thing}s "
            left.append(f"{len(changes) - limit:,} more {what}{kind}")
    if left:
        lines.append(f"… and {', '.join(left)}: --all shows every change, --json every value in full.")
    return "\n".join(lines)


def printable(value: Any) -> str:
    """Return `value` on one line without control characters: metadata from outside must not steer a terminal."""
    return _cut(_one_line(value))


def _fields_in_all(plan: Plan) -> Iterator[str]:
    """In how many updates each field changes, the most frequent first; where none repeats, the updates say it."""
    counted = Counter(f.field for change in plan.of(Kind.UPDATED) for f in change.fields).most_common()
    if not counted or counted[0][1] < 2:
        return
    shown = ", ".join(f"{_one_line(field)} {number:,}×" for field, number in counted[:_FIELDS])
    yield f"Fields updated: {shown}" + (f" and {len(counted) - _FIELDS} more" if len(counted) > _FIELDS else "")


def _change(change: Change, width: int, *, show_all: bool) -> Iterator[str]:
    reason = f"  ({printable(change.after.reason)})" if change.kind is Kind.WITHDRAWN else ""
    yield f"{_SIGNS[change.kind]} {_one_line(change.id):<{width}}  {printable(change.title)}{reason}"
    yield from (f"    {sentence}" for sentence in change.tables)
    fields = [field for field in change.fields if TABLE not in field.field.split(".")]
    limit = len(fields) if show_all else _FIELDS
    for field in fields[:limit]:
        yield f"    {_one_line(field.field)}: {_values(field)}"
    if len(fields) > limit:
        yield f"    … and {len(fields) - limit} more fields"


def _values(field: FieldChange) -> str:
    if isinstance(field.old, list) and isinstance(field.new, list):
        return _lists(field.old, field.new)
    old, new = _one_line(field.old), _one_line(field.new)
    return " → ".join(_differing(old, new) if max(len(old), len(new)) > _CELL else (old, new))


def _lists(old: Sequence[Any], new: Sequence[Any]) -> str:
    """What came and what went."""
    gone = [f"−{printable(item)}" for item in old if item not in new]
    come = [f"+{printable(item)}" for item in new if item not in old]
    return ", ".join([*gone, *come]) or "another order"


def _differing(old: str, new: str) -> tuple[str, str]:
    """Two long texts, each from shortly before the first difference on."""
    if _NONE in {old, new}:
        return _cut(old), _cut(new)
    common = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = common - _AROUND if common > 2 * _AROUND else 0
    first, second = (("…" if start else "") + text[start:] for text in (old, new))
    return _cut(first), _cut(second)


def _one_line(value: Any) -> str:
    if value is None:
        return _NONE
    if isinstance(value, Mapping) and (value.get("name") or value.get("url")):
        # a file: its format and address say what it is, its hash does not
        text = ", ".join(str(value[key]) for key in ("format", "name", "url") if value.get(key))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split()) or _NONE
    return _SUM.sub(lambda found: found[0][:8] + "…", clean)


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
