"""When and in what order: the only Dagster code, and the command line.

```
settings.py      the environment and allmende.toml, read here and nowhere else
platform.py      the rooms' objects, built from the settings
describe.py      what export says about a dataset (specs, versions, dbt's manifest → package descriptions)
flow.py          the steps of the main job as plain functions that return reports; assets and tests call them
definitions.py   loads defs/, nothing else
defs/            the assets in flow order: ingest → transform → export → replicate → publish
resources.py  partitions.py  automation.py
stack.py         real servers on this machine, without Docker
cli/             `allmende`
```

What does not belong here: any decision about bytes, tables, places or metadata; those are the rooms'.
"""
