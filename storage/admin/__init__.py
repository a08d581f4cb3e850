"""Buckets, rights and notifications as code: read what is, say what differs, change just that.

| module | answers |
|---|---|
| `config` | what an installation may decide: lock, days, quotas, where uploads are reported |
| `steps` | one change that is due, and the report of what was changed and what a server cannot do |
| `buckets` | one bucket on any S3 (boto3): lock, versioning, lifecycle, public reading, notification |
| `rights` | who may do what, as policies: each component of the platform, a Kommune, a Kommune whose space is full |
| `minio` | MinIO's own administration, the only module that speaks it: users, groups, policies, webhook |
| `provision` | the whole on-premises server, and what of it a cloud gets |
| `kommunen` | accounts of Kommunen: add, rotate, revoke, one or two thousand |
| `quota` | how much of the inbox each Kommune uses, and the switch that stops one which has too much |

What does not belong here: objects of the platform (`storage.sites`) and of the inbox (`storage.drops`).
"""
