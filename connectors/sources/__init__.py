"""One protocol per file. Each source is a small class that brings one dataset's content, or says that nothing changed.

| module | protocol |
|---|---|
| `http` | one file at one address: conditional, resumable, bounded |
| `netguard` | which addresses may be fetched from, checked at the moment of connecting |
| `ckan` | one resource of a dataset on a CKAN portal, through ckanapi |
| `inbox` | files dropped below a folder or an S3 prefix |
| `base` | the values they share |

What does not belong here: landing what came (`fetch`), Dagster.
"""

from connectors.sources.base import Fetched, Order, SourceFailed

__all__ = ["Fetched", "Order", "SourceFailed"]
