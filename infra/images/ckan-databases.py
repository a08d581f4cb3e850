"""Databases, users, rights and the token of a CKAN in a container: what the native stack does in servers/ckan.py.

Runs `prepare.py`, lets the superuser give the DataStore's reader its rights, leaves the administrator's token in
/run/ckan/token. Environment: CKAN_… and SUPERUSER_URL (the DataStore's database as PostgreSQL's superuser).
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg2

TOKEN = Path("/run/ckan/token")
USERS = {"sysadmin": "allmende-admin", "publisher": "allmende"}


def main() -> None:
    wanted = {
        role: {
            "name": name,
            "email": f"{name}@example.org",
            "password": secrets.token_hex(20),
            "needs_token": role == "sysadmin" and not TOKEN.exists(),
        }
        for role, name in USERS.items()
    }
    told = json.dumps(wanted).encode()
    done = subprocess.run([sys.executable, "/opt/native/prepare.py"], input=told, stdout=subprocess.PIPE, check=True)
    said = json.loads(done.stdout)
    # psql's own command: we are in that database already
    permissions = "\n".join(line for line in said["permissions"].splitlines() if not line.startswith("\\connect"))
    with psycopg2.connect(os.environ["SUPERUSER_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(permissions)
    if "sysadmin" in said["tokens"]:
        with os.fdopen(os.open(TOKEN, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o444), "w") as file:
            file.write(said["tokens"]["sysadmin"])


main()
