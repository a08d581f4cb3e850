"""The tables as they stood at a moment: what the pointers said then, and nothing that came later."""

from __future__ import annotations

from collections.abc import Callable


def test_pointers_as_of_a_moment(dbt_home: Callable) -> None:
    """What moved on later stands as before, A → B → A is A, withdrawn is gone, what came later is not there."""
    home = dbt_home()
    raw = home.raw()
    moved, back, gone, later = (f"09162000/{name}" for name in ("moved", "back", "gone", "later"))
    moves = [(moved, "a"), (back, "a"), (back, "b"), (back, "a"), (gone, "a"), (gone, None)]
    moves += [(moved, "b"), (back, None), (gone, "a"), (later, "a")]  # from 12:07 on
    for dataset, version in moves:
        raw.point(dataset, version, "baumkataster")
    select = ("--select", "stg_raw__pointers", "int_datasets_current")
    run = home.run("run", *select, as_of="2024-06-01 12:06:30")
    assert run.success, run.output
    found = home.query("select dataset, version from intermediate.int_datasets_current order by all")
    assert found == [(back, "a"), (moved, "a")]
