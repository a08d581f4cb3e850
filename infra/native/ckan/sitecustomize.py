"""Python runs this when CKAN's environment starts: `ckanext` is found in every folder of PYTHONPATH.

The environment's extensions bind that package to its own folder by .pth files, before anything is imported; our plugin
lies in the stack's folder.
"""

import sys
from pathlib import Path

import ckanext

for entry in sys.path:
    found = Path(entry) / "ckanext"
    if found.is_dir() and str(found) not in ckanext.__path__:
        ckanext.__path__.append(str(found))
