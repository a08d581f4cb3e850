"""CKAN as a place to publish to: what a dataset looks like there, and the target of `catalog.publishing`.

| module | answers |
|---|---|
| `config` | address, token, limits of one portal |
| `clean` | text, tags and addresses of strangers in the form that CKAN keeps unchanged |
| `mapping` | from a dataset to its entry: DCAT-AP.de in the field names of ckanext-dcat and ckanext-dcatde |
| `schema` | from an entry to a CKAN package and back, for portals with and without ckanext-scheming |
| `revision` | the smallest `package_revise` that leads from one entry to another |
| `client` | one call through ckanapi: patience, and a sentence for every answer |
| `organizations` | organizations as desired state: title, AGS, homepage, logo |
| `accounts` | editors and tokens per organization |
| `check` | is a portal fit to be published to? |
| `tombstones` | removing a withdrawn dataset for good |
| `logo` | the picture of an organization, or a neutral plate |
| `wire` | connections kept for parallel calls, counted; how long the portal asks us to wait |
| `reading` | the bulk read: pages of the search, checked against the database |
| `datastore` | which DataStore table a dataset gets: columns, data dictionary, key, content hash |
| `datastore_load` | fill, replace and remove tables so that readers see old rows or new ones |
| `views` | previews that need a table |
| `tabled` | `CkanPortal` with tables |
| `portal` | `CkanPortal`: create, update, withdraw |

CKAN's behaviour is tested on a real CKAN: `tests/integration/test_ckan_*.py`.
"""

from catalog.ckan.config import CkanConfig
from catalog.ckan.logo import Logo
from catalog.ckan.mapping import organization_of
from catalog.ckan.organizations import Directory, Organization
from catalog.ckan.portal import CkanPortal, open_ckan

__all__ = ["CkanConfig", "CkanPortal", "Directory", "Logo", "Organization", "open_ckan", "organization_of"]
