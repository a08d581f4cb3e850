"""Policy against what really lies there, and making it so: the public face of everything that spans sites.

| function | answers | module |
|---|---|---|
| `plan` | what would have to be copied and deleted? | `replication_plan` |
| `apply` | do it | `replication_apply` |
| `status` | which version of which dataset lies on which site? | `status` |
| `verify` | are the bytes there, whole and the right ones, and nothing else? | `verification` |
| `repair` | heal from a good copy, quarantine what nobody knows | `healing` |
| `drill` | what could still be read if a site were down? | `outage` |
"""

from __future__ import annotations

from storage.healing import RepairReport, repair
from storage.outage import DrillReport, drill
from storage.replication_apply import ReplicationReport, SiteReport, apply
from storage.replication_plan import ReplicationPlan, SitePlan, plan
from storage.status import DatasetStatus, SiteStatus, StorageStatus, status
from storage.verification import Problem, Trouble, VerifyReport, verify

__all__ = [
    "DatasetStatus",
    "DrillReport",
    "Problem",
    "RepairReport",
    "ReplicationPlan",
    "ReplicationReport",
    "SitePlan",
    "SiteReport",
    "SiteStatus",
    "StorageStatus",
    "Trouble",
    "VerifyReport",
    "apply",
    "drill",
    "plan",
    "repair",
    "status",
    "verify",
]
