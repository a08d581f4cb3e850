"""Which bytes lie where: the stores, what may lie in them, and how a dataset version gets there.

| module | answers |
|---|---|
| `names`, `layout` | what is a thing called, which key has it |
| `config` | which sites are there and what does policy let them hold |
| `stores` | the read side of one site (folder, S3, Azure Blob, GCS through obstore) |
| `placement`, `sites` | the one guarded way to write |
| `manifest`, `index` | what is said about a version; which version is published |
| `package`, `package_manifest`, `coverage`, `formats/` | a dataset version as files |
| `withdrawal` | take a dataset back everywhere |
| `expectation` | what should lie where, from index and manifests |
| `replication` | plan, apply, status, verify, repair, drill (each in its own module, all reached from here) |
| `errors` | what can go wrong, one class per thing a caller may want to tell apart |
| `drops` | the bucket that Kommunen drop files into: strangers' keys, read as they are |
| `s3` | boto3 for what obstore does not do |
| `admin/` | the object store as code: buckets, rights of components and Kommunen, notification, quotas |

Two rules hold the room together. Whoever writes, writes through `Sites.write`: no other room may import `obstore`,
`boto3`, `minio` or `storage._handle`. And a version is public when its manifest stands and the index names it:
content first, manifest, `latest`, index last.
"""
