"""How work is cut: one partition per Kommune, by AGS. Who is registered stands in `connectors.publishers`."""

import dagster as dg

KOMMUNEN = dg.DynamicPartitionsDefinition(name="kommune")
"""Keys are AGS. One run handles many of them (`BackfillPolicy.single_run`)."""

ONE_RUN = dg.BackfillPolicy.single_run()

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def range_tags(keys: list[str]) -> dict[str, str]:
    """The run tags that make one run handle all partitions from the first of `keys` to the last."""
    return {RANGE_START: keys[0], RANGE_END: keys[-1]} if keys else {}
