"""The command line `allmende`.

`--json` prints one JSON document on stdout, everything else goes to stderr. Exit 0: fine. Exit 1: findings or drift.
Exit 2: cannot, with one clear sentence and no traceback. What does not belong here: anything a room decides.

```
app.py        the menu, and how errors end
files.py      read, check
pipeline.py   ingest, run, demo, withdraw, dev
comparison.py demo --against-embedded
intake.py     intake serve|listen|token
publish.py    publish plan|apply|rollback
portals.py    portal list|check|editors|token
every.py      publish plan|apply --portal all, publish compare
tombstones.py publish tombstones|purge
stack.py      stack up|down|status
stores.py     stores provision|status|replicate|verify|repair|drill
kommune.py    stores kommune add|rotate|revoke|list
packages.py   standards list|show|template|scaffold, publishers check
answers.py    answers list|forget
waiting.py    held list|release|reject, rejects list|replay|write
difference.py diff
trace.py      trace
statewide.py  statewide
folders.py    a folder given to check
arguments.py  what several commands ask for
words.py      what several commands say alike
output.py     tables and JSON
progress.py   how far a run is
```
"""

from orchestration.cli.app import main

__all__ = ["main"]
