"""CKAN as Datenallmende runs it.

| module | answers |
|---|---|
| `plugin` | what CKAN is told: templates, assets, helpers, settings of our own |
| `profiles` | what a dataset is in DCAT-AP.de, 3.0 and 2.0, on top of ckanext-dcat's profile of DCAT-AP 3 |
| `codes` | EU and German code lists: formats, media types, licences |
| `nodes` | RDF: names for blank nodes, languages for texts |
| `helpers` | what templates ask |
| `schemas/` | the fields of datasets and organizations, for ckanext-scheming |
| `templates/`, `assets/`, `public/` | the theme |

What does not belong here: publishing (`catalog.ckan` does that from outside), and settings of one machine.
"""
