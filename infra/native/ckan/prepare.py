"""Brings the databases and the first users of a CKAN to where they should be, in one process (a `ckan` command costs
3 to 8 s each). Idempotent. Runs in CKAN's own environment; CKAN_INI names the configuration.

Standard input: JSON {"sysadmin": {"name", "email", "password"}, "publisher": {…}}.
Standard output: JSON {"permissions": SQL for a superuser of PostgreSQL, "tokens": {"sysadmin": …, "publisher": …}};
a token is made only for a user that is named in "needs_token".
"""

import contextlib
import json
import os
import sys

from ckan import model
from ckan.cli import CKANConfigLoader, db
from ckan.config.middleware import make_app
from ckan.plugins import toolkit
from ckanext.datastore import cli as datastore

LABEL = "allmende"


def main() -> None:
    wanted = json.load(sys.stdin)
    # Whatever prints (migrations do) goes to the log, not between the JSON.
    with contextlib.redirect_stdout(sys.stderr):
        app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
        with app._wsgi_app.test_request_context():
            db._run_migrations(None, "head")
            db._migrate_plugins(apply=True)
            tokens = {role: _user(role, wanted[role]) for role in ("sysadmin", "publisher")}
            permissions = _permissions()
    json.dump(
        {"permissions": permissions, "tokens": {role: token for role, token in tokens.items() if token}}, sys.stdout
    )


def _user(role: str, wanted: dict) -> str:
    """Make the user where there is none; return a new token where one is needed, else nothing."""
    site_user = toolkit.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"user": site_user, "ignore_auth": True}
    user = model.User.get(wanted["name"])
    if user is None:
        said = {key: wanted[key] for key in ("name", "email", "password")}
        toolkit.get_action("user_create")(dict(context), said)
        user = model.User.get(wanted["name"])
    if role == "sysadmin" and not user.sysadmin:
        user.sysadmin = True
        model.repo.commit()
    if not wanted["needs_token"]:
        return ""
    # expire_api_token wants to be told how long each token is good for
    said = {"user": wanted["name"], "name": LABEL, "expires_in": 10 * 365, "unit": 86_400}
    made = toolkit.get_action("api_token_create")(dict(context), said)
    return made["token"]


def _permissions() -> str:
    write, read, main = (
        datastore._parse_db_config(key)
        for key in ("ckan.datastore.write_url", "ckan.datastore.read_url", "sqlalchemy.url")
    )
    return datastore.permissions_sql(
        maindb=main["db_name"],
        datastoredb=write["db_name"],
        mainuser=main["db_user"],
        writeuser=write["db_user"],
        readuser=read["db_user"],
    )


main()
