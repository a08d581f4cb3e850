"""The catalogue as DCAT-AP.de, in Turtle, RDF/XML and JSON-LD.

| module | answers |
|---|---|
| `vocabulary` | namespaces, EU and German code lists, safe IRIs |
| `statements` | what is said about a dataset, before any format has its words; CKAN asks here too |
| `triples` | what one dataset, one file, one publisher is in RDF |
| `feed` | the files of the feed, paged where it is long |

Default is DCAT-AP.de 3.0; 2.0 differs in a dozen properties and is a setting (`CatalogConfig.dcat_ap_de`).
"""

from catalog.dcat.feed import write_feed

__all__ = ["write_feed"]
