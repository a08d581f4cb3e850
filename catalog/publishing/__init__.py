"""Publishing, planned, shown, applied and taken back like infrastructure.

| module | answers |
|---|---|
| `entry` | one dataset, or organization, on one portal as a plain, comparable value |
| `portal` | what a portal must be able to do, and the sentences in which it fails |
| `plan` | what would change: a pure, frozen value, also in a file |
| `text` | the plan as a portal editor reads it |
| `apply` | make it so: only what the plan says, in parallel, resumable, looked at afterwards |
| `history` | what every apply found before it changed anything |
| `rollback` | the way back to the state before an apply: again a plan |
| `retry` | how often, and how patiently, a call is tried again |
| `static` | the static portal in the `portal/` zone as a target (CKAN is `catalog.ckan`) |

The use is always the same, whatever the portal:

```python
shown = plan_for(portal, catalog)      # nothing changes
print(plan_text(shown))
report = apply(shown, portal, History(home / "publish"))
```
"""

from catalog.publishing.apply import ApplyReport, Failure, Progress, apply
from catalog.publishing.entry import Entry, State, Thing
from catalog.publishing.history import History, HistoryMissing, Record
from catalog.publishing.plan import Change, FieldChange, Kind, Plan, PlanUnreadable, plan, plan_for
from catalog.publishing.portal import Portal, PortalChanged, PortalError, PortalStopped, Refused, Transient
from catalog.publishing.rollback import plan_rollback, rollback
from catalog.publishing.text import plan_text

__all__ = [
    "ApplyReport",
    "Change",
    "Entry",
    "Failure",
    "FieldChange",
    "History",
    "HistoryMissing",
    "Kind",
    "Plan",
    "PlanUnreadable",
    "Portal",
    "PortalChanged",
    "PortalError",
    "PortalStopped",
    "Progress",
    "Record",
    "Refused",
    "State",
    "Thing",
    "Transient",
    "apply",
    "plan",
    "plan_for",
    "plan_rollback",
    "plan_text",
    "rollback",
]
