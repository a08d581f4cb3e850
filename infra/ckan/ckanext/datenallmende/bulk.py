"""Many datasets at once: a publisher that says so in a header need not wait for the search index at each of them.

CKAN commits its index after every dataset, which takes as long as all the rest. With the header the dataset goes into
the index uncommitted, after the database has it; `datenallmende_index_gaps` commits, and so does Solr within a second
where its settings say so. What does not belong here: what a dataset must look like.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckan import logic, model
from ckan.lib import search
from ckan.plugins import toolkit
from flask import has_request_context, request

HEADER, SOON = "X-Datenallmende-Index", "soon"


@toolkit.chained_action
def package_create(original: Callable[[Any, Any], Any], context: Any, data_dict: dict[str, Any]) -> Any:
    """As CKAN's own; with the header the answer is the id alone, and the index is committed later."""
    if not (has_request_context() and request.headers.get(HEADER) == SOON):
        return original(context, data_dict)
    id_ = original({**context, "defer_commit": True, "return_id_only": True}, data_dict)
    model.repo.commit()
    default, ours = logic.package_show_default_and_custom_schemas(context, id_)
    search.index_for("Package").update_dict({**default, "with_custom_schema": ours}, defer_commit=True)
    return id_
