"""When and in what order: the only Dagster code, and the command line.

```
settings.py      the environment and allmende.toml, read here and nowhere else
platform.py      the rooms' objects, built from the settings
dbt.py  dbt_parse.py  duckdb_extensions.py
                 how dbt is called, and what it finds on the machine
statewide.py  scaffold.py  scaffold_sql.py  scaffold_yaml.py
                 which standards have a statewide table, and how its models are written
asof.py          the statewide tables as they stood at a moment
describe.py  exporting.py
                 what export says about a dataset, and from rows to packages
portals.py       the portals that the settings name
punctuality.py  samples.py  metadata.py  summary.py
                 what an engineer sees: who is late, what came of files, what an asset and a run did
running.py  locking.py
                 a job in this process; one writer per home
definitions.py   loads defs/, nothing else
defs/            the assets in flow order: ingest → transform → export → replicate → publish
resources.py  partitions.py  automation.py
stack.py         real servers on this machine, without Docker
cli/             `allmende`
```

What does not belong here: any decision about bytes, tables, places or metadata; those are the rooms'.
"""
