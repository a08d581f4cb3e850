"""How the world finds the data: one frozen model, and what is made of it.

| module | answers |
|---|---|
| `config` | what the operator says about the catalogue as a whole |
| `model` | what a catalogue, a dataset, a file, a publisher are: plain values, JSON round trip |
| `plain` | text of strangers in one plain form, the same in the feed and on every portal |
| `build` | from `open/index.json` and the manifests to that model |
| `dcat/` | the DCAT-AP.de feed in Turtle, RDF/XML and JSON-LD |
| `portal/` | the static portal: German pages that work from a folder and from a bucket |
| `publishing/` | plan, apply, roll back against a portal (static, CKAN) |
| `ckan/` | what a dataset looks like in CKAN |

The model is read from manifests and handed on; nothing here fetches, converts or judges data.
"""
