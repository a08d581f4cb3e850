"""What CKAN's table view asks the DataStore, put so that German readers find what they look for.

The view turns everything but ASCII letters and digits into wildcards, so that “Bäume” finds nothing. Here the words the
reader typed take their place again, each as the beginning of a word, all of them wanted. Rows without a value come
last, whichever way a column is sorted. What does not belong here: any other caller of `datastore_search`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit

_WORD = re.compile(r"\w[\w-]*", re.UNICODE)
_COLUMN = re.compile(r"columns\[(\d+)\]\[search\]\[value\]")


@toolkit.chained_action
@toolkit.side_effect_free
def datastore_search(up: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's own action; only what the table view asks is put otherwise."""
    if not (toolkit.request and toolkit.request.endpoint == "datatablesview.ajax"):
        return up(context, data_dict)
    data_dict = dict(data_dict)
    if data_dict.get("q"):
        data_dict["q"] = query(toolkit.request.form)
    if data_dict.get("sort"):
        data_dict["sort"] = ", ".join(f"{clause} nulls last" for clause in str(data_dict["sort"]).split(", "))
    result = up(context, data_dict)
    result["records"] = [{name: _german(value) for name, value in row.items()} for row in result["records"]]
    return result


def _german(value: Any) -> Any:
    return ("nein", "ja")[value] if isinstance(value, bool) else value


def query(form: Mapping[str, str]) -> str:
    """The `q` of `datastore_search` for what stands in the view's search fields; those of columns go first."""
    columns = {
        str(form.get(f"columns[{match[1]}][name]")): beginnings(value)
        for name, value in form.items()
        if (match := _COLUMN.fullmatch(name)) and beginnings(value)
    }
    return json.dumps(columns) if columns else beginnings(str(form.get("search[value]", "")))


def beginnings(typed: str) -> str:
    """Words as a tsquery for rows in which each of them begins a word; nothing of what was typed can be an operator."""
    return " & ".join(f"{word}:*" for word in _WORD.findall(typed))
