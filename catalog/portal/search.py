"""The index the browser searches in: a script that sets one variable, so that it works from a folder too.

What does not belong here: searching and ranking (`assets/suche.js`).
"""

from __future__ import annotations

import json

from catalog.build import dataset_page
from catalog.model import Catalog, Dataset
from catalog.portal import text

_TEXT = 400


def search_index(catalog: Catalog) -> bytes:
    """One array a dataset: page, title, publisher, standard, theme, formats, rows, text, is_invented, is_statewide."""
    rows = [_row(dataset) for dataset in catalog.datasets]
    body = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    # valid JSON is not always valid script in a page: these two end lines in old browsers
    body = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("<", "\\u003c")
    return f"window.ALLMENDE={body};\n".encode("utf-8", "replace")


def _row(dataset: Dataset) -> list[object]:
    formats = sorted({text.FORMATS[d.format] for d in dataset.distributions if d.role == "data"})
    words = " ".join([dataset.description[:_TEXT], *dataset.keywords, dataset.ags, dataset.licence.name])
    return [
        dataset_page(dataset.dataset_id),
        dataset.title,
        dataset.publisher.name,
        dataset.standard_title or dataset.standard,
        text.theme(dataset.theme),
        formats,
        dataset.rows,
        words,
        int(dataset.is_invented),
        int(dataset.is_statewide),
    ]
