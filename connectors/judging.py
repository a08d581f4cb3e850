"""Many tables of one standard judged at once, so that one hostile file does not hold up the others.

What does not belong here: how a table is judged (`standards.engine`).
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from standards.model import Judgement, Table

if TYPE_CHECKING:
    from standards.definition import Standard


_log = structlog.get_logger(__name__)


def judge_group(tables: Sequence[Table], standard: Standard) -> list[Judgement | None]:
    """All at once; where that fails, half by half, down to the file that is to blame: it alone gets None."""
    from standards.engine import judge_many

    try:
        return list(judge_many(tables, standard))
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes must not hold up the other files
        if len(tables) == 1:
            _log.error("judging_failed", standard=standard.name, file=tables[0].filename, error=where(error))
            return [None]
        _log.warning("judging_by_halves", standard=standard.name, files=len(tables), error=where(error))
    half = len(tables) // 2
    return judge_group(tables[:half], standard) + judge_group(tables[half:], standard)


def where(error: Exception) -> str:
    """Which error and where it came from: no message and no variables, they may hold what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else repr(error)
