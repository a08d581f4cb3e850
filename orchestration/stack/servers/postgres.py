"""PostgreSQL 15: the databases of CKAN, its DataStore and Dagster.

It refuses to run as root. Where we are root it runs as the system's user `postgres`; where that user cannot enter the
home (a folder below /root, say), its data lies in /var/lib/datenallmende and the home holds a link to it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orchestration.private import write_private
from orchestration.stack.installed import POSTGRES_BIN
from orchestration.stack.place import StackFailed
from orchestration.stack.process import Command, as_user
from orchestration.stack.service import Service

ELSEWHERE = Path("/var/lib/datenallmende")
SUPERUSER = "postgres"


class Postgres(Service):
    name = "postgres"
    title = "PostgreSQL 15"
    ports = ("postgres",)
    piece = ("system",)
    end_by = signal.SIGINT  # a fast end: open transactions are rolled back, nobody is waited for

    @property
    def address(self) -> str:
        return f"postgresql://127.0.0.1:{self.place.ports['postgres']}"

    def is_installed(self) -> bool:
        return (POSTGRES_BIN / "initdb").is_file()

    def url(self, database: str, role: str) -> str:
        """With the role's password: for settings files that only their user can read."""
        return f"postgresql://{role}:{self._password(role)}@127.0.0.1:{self.place.ports['postgres']}/{database}"

    def prepare(self) -> None:
        """Make the cluster beside its place and move it there when it is whole: a killed attempt leaves none."""
        data, user = self._data(), _user()
        if data.exists():
            return
        new = Path(tempfile.mkdtemp(prefix=f"{data.name}-new-", dir=data.parent))
        # initdb takes a password from a file only; the one it may read lies where its user can enter, for a second.
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(self._password(SUPERUSER))
            file.flush()
            if user:
                shutil.chown(new, user, user)
                shutil.chown(file.name, user, user)
            self._initdb(new, file.name, user)
        new.rename(data)
        for left in data.parent.glob(f"{data.name}-new-*"):
            shutil.rmtree(left, ignore_errors=True)

    def command(self) -> Command:
        settings = {
            "port": self.place.ports["postgres"],
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",  # a path below a deep home would be too long for a socket
            "timezone": "UTC",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Command((POSTGRES_BIN / "postgres", "-D", self._data(), *options), folder=Path("/"), user=_user())

    def answers(self) -> bool:
        asked = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.place.ports["postgres"])]
        return subprocess.run(asked, check=False, capture_output=True).returncode == 0

    def make(self, roles: Sequence[str], databases: Sequence[str], owner: str) -> None:
        """Make roles and databases where they are missing; passwords are those that `url` says."""
        known = self.sql("select rolname from pg_roles union select datname from pg_database").split()
        make = [f"create role {role} login password '{self._password(role)}';" for role in roles if role not in known]
        make += [f"create database {name} owner {owner};" for name in databases if name not in known]
        for statement in make:  # `create database` runs in no transaction
            self.sql(statement)

    def sql(self, statements: str, database: str = "postgres") -> str:
        """Let the superuser execute `statements` (psql's own commands included); returns what it prints."""
        asked = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.place.ports["postgres"])]
        done = subprocess.run(
            [*asked, "-U", SUPERUSER, "-d", database],
            env={**os.environ, "PGPASSWORD": self._password(SUPERUSER)},
            input=statements,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackFailed(f"postgres refuses: {done.stderr.strip()[:300]}. Its log is {self.log}.")
        return done.stdout

    def _password(self, role: str) -> str:
        return self.place.secrets(self.name, **{role: ""})[role]

    def _data(self) -> Path:
        """Where the data lies: in the home, or elsewhere where the user it runs as cannot enter that."""
        data, user = self.folder / "data", _user()
        if user and not data.exists() and not _can_enter(user, data.parent):
            hashed = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
            ELSEWHERE.mkdir(mode=0o755, exist_ok=True)
            data.unlink(missing_ok=True)
            data.symlink_to(ELSEWHERE / f"postgres-{hashed}")
        return data.resolve()

    def _initdb(self, data: Path, password_file: str, user: str | None) -> None:
        done = subprocess.run(
            [
                *(POSTGRES_BIN / "initdb", "-D", data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
                "--text-search-config=simple",  # as the DataStore asks (infra/ckan/settings.ini)
                *("--auth=scram-sha-256", f"--pwfile={password_file}"),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **as_user(user),
        )
        write_private(self.folder / "initdb.log", done.stdout + done.stderr)
        if done.returncode:
            raise StackFailed(f"postgres: initdb failed. Its log is {self.folder / 'initdb.log'}.")


def _user() -> str | None:
    """Whom the server runs as, where not as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise StackFailed(
            "PostgreSQL does not run as root and there is no user postgres: install the package postgresql-15."
        ) from None


def _can_enter(user: str, folder: Path) -> bool:
    return subprocess.run(["test", "-x", folder], check=False, **as_user(user)).returncode == 0
