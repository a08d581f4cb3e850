"""Text, tags and addresses of strangers in the one form that CKAN takes and gives back unchanged.

CKAN trims and rejects; what we would send otherwise would come back different, and every plan would show a change that
none is. What does not belong here: which field gets what (`mapping`), and text as such (`catalog.plain`).
"""

from __future__ import annotations

from catalog.dcat.vocabulary import iri, mailto
from catalog.plain import encodable, line, text
from catalog.plain import keyword as tag

__all__ = ["address", "email", "line", "tag", "text"]


def address(value: str) -> str:
    """Return an http(s) address, or nothing for any other: it becomes a link on the portal."""
    node = iri(encodable(value)) if value else None
    return node.value if node else ""


def email(value: str) -> str:
    """Return an e-mail address, or nothing where it is none."""
    return line(value) if mailto(value) else ""
