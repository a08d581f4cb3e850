"""What a materialisation shows an engineer: counts, a small table, a link, and the report other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

OWNERS = ["team:data-engineering"]
PREVIEW_ROWS = 10


def counts_metadata(counts: Mapping[str, int], report: Any, link: str = "") -> dict[str, Any]:
    """Counts as plottable numbers, the whole report as JSON, and a link for the eye."""
    shown: dict[str, Any] = {f"count/{name}": number for name, number in counts.items()}
    shown["report"] = dg.MetadataValue.json(report)
    if link:
        shown["link"] = dg.MetadataValue.url(link) if "://" in link else dg.MetadataValue.path(link)
    return shown


def table(rows: Sequence[Mapping[str, Any]], limit: int = 200) -> str:
    """A Markdown table; cells are text, pipes escaped."""
    if not rows:
        return "(nothing)"
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in head) + " |" for row in rows[:limit]]
    if len(rows) > limit:
        lines.append(f"\n… and {len(rows) - limit} more")
    return "\n".join(lines)


def preview(frame: pl.DataFrame) -> str:
    """The first rows as a Markdown table."""
    return table(frame.head(PREVIEW_ROWS).to_dicts())


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
