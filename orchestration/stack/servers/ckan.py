"""CKAN 2.12 with our plugin, served by gunicorn, and the worker of its background jobs.

What does not depend on the machine stands in infra/ckan/settings.ini; here are addresses and secrets only. The plugin
is installed into the stack's own folder: the environment in the cache is shared by all stacks of this user.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from configparser import RawConfigParser
from pathlib import Path

from orchestration.private import write_private
from orchestration.settings import PROJECT
from orchestration.stack import installed
from orchestration.stack.place import StackFailed
from orchestration.stack.process import Command, running
from orchestration.stack.servers.postgres import Postgres
from orchestration.stack.servers.redis import Redis
from orchestration.stack.servers.solr import Solr
from orchestration.stack.service import Service

PLUGIN = PROJECT / "infra" / "ckan"
SETTINGS = PLUGIN / "settings.ini"
DATABASE, DATASTORE = "ckan", "datastore"
READER = "datastore_reader"
SYSADMIN, PUBLISHER = "allmende-admin", "allmende"
WORKERS = "2"


class _CkanProcess(Service):
    """What the web server and the worker share: the environment, the configuration, what they must be restarted for."""

    piece = ("system", "ckan")

    @property
    def home(self) -> Path:
        return self.place.of("ckan")

    @property
    def python(self) -> Path:
        return installed.ckan() / "bin" / "python"

    def is_installed(self) -> bool:
        return (installed.ckan() / ".complete").exists()

    def version(self) -> str:
        return f"{installed.ckan().name} {_hash(PLUGIN)}"

    def environment(self) -> dict[str, str]:
        """CKAN reads every CKAN_… variable: none but ours may reach it."""
        foreign = dict.fromkeys((name for name in os.environ if name.startswith("CKAN")), "")
        path = f"{self.home / 'plugin'}:{installed.NATIVE / 'ckan'}"
        return {**foreign, "CKAN_INI": str(self.home / "ckan.ini"), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


class Ckan(_CkanProcess):
    name = "ckan"
    title = "CKAN 2.12"
    needs = (Postgres.name, Redis.name, Solr.name)
    ports = ("ckan",)
    health = "/api/3/action/status_show"
    ready_seconds = 120.0

    def prepare(self) -> None:
        self._install_plugin()
        (self.home / "storage").mkdir(exist_ok=True)
        postgres = Postgres(self.place)
        postgres.make((DATABASE, READER), (DATABASE, DATASTORE), owner=DATABASE)
        write_private(self.home / "ckan.ini", self._configuration())
        self._prepare_databases(postgres)

    def command(self) -> Command:
        where = f"127.0.0.1:{self.place.ports['ckan']}"
        gunicorn = (self.python, "-m", "gunicorn", "--workers", WORKERS, "--threads", "4", "--timeout", "120")
        return Command((*gunicorn, "--bind", where, "wsgi:application"), self.environment(), self.home)

    def token(self, user: str) -> str:
        """The API token of SYSADMIN or PUBLISHER; empty until CKAN was prepared."""
        return self.place.secrets(self.name).get(_token_of(user), "")

    def _configuration(self) -> str:
        lines = [f"{name} = {value}" for name, value in {**_settings(), **self.addresses()}.items()]
        logging = (installed.NATIVE / "ckan" / "logging.ini").read_text()
        return "\n".join(("[app:main]", *lines, "", logging))

    def addresses(self) -> dict[str, str]:
        """CKAN's settings that depend on the machine, secrets included; infra/compose.yaml says them by variables."""
        secret = self.place.secrets(self.name, SECRET_KEY="")["SECRET_KEY"]
        postgres = Postgres(self.place)
        return {
            "SECRET_KEY": secret,
            "api_token.jwt.encode.secret": f"string:{secret}",
            "api_token.jwt.decode.secret": f"string:{secret}",
            "ckan.site_id": "datenallmende",
            "ckan.site_url": self.address,
            "ckan.storage_path": str(self.home / "storage"),
            "sqlalchemy.url": postgres.url(DATABASE, DATABASE),
            "ckan.datastore.write_url": postgres.url(DATASTORE, DATABASE),
            "ckan.datastore.read_url": postgres.url(DATASTORE, READER),
            "solr_url": Solr(self.place).core_url,
            "ckan.redis.url": Redis(self.place).url(),
        }

    def _install_plugin(self) -> None:
        """Into the stack's folder, when it is not the one that is there; whole or not at all."""
        mark, into = self.home / "plugin.version", self.home / "plugin"
        if mark.is_file() and mark.read_text() == self.version():
            return
        mark.unlink(missing_ok=True)
        new = Path(tempfile.mkdtemp(prefix="plugin-new-", dir=self.home))
        said = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation")
        self._run("-m", "pip", "install", *said, "--root-user-action=ignore", "--target", new, PLUGIN)
        shutil.rmtree(into, ignore_errors=True)
        new.rename(into)
        mark.write_text(self.version())
        for left in self.home.glob("plugin-new-*"):  # of attempts that were killed
            shutil.rmtree(left, ignore_errors=True)

    def _prepare_databases(self, postgres: Postgres) -> None:
        """Migrations, users, tokens, rights of the DataStore's reader; nothing to do where this version did it."""
        mark = self.home / "prepared.version"
        if mark.is_file() and mark.read_text() == self.version():
            return
        users = {"sysadmin": SYSADMIN, "publisher": PUBLISHER}
        passwords = self.place.secrets(self.name, **{f"PASSWORD_{role}": "" for role in users})
        wanted = {
            role: {
                "name": name,
                "email": f"{name}@example.org",
                "password": passwords[f"PASSWORD_{role}"],
                "needs_token": _token_of(name) not in passwords,
            }
            for role, name in users.items()
        }
        done = json.loads(self._run(installed.NATIVE / "ckan" / "prepare.py", told=json.dumps(wanted)))
        tokens = {_token_of(users[role]): token for role, token in done["tokens"].items()}
        self.place.keep_secrets(self.name, {**passwords, **tokens})
        postgres.sql(done["permissions"])
        mark.write_text(self.version())

    def _run(self, *arguments: str | Path, told: str = "") -> str:
        with self.log.open("ab") as log:
            done = subprocess.run(
                [self.python, *arguments],
                env={**os.environ, **self.environment()},
                input=told.encode(),
                stdout=subprocess.PIPE,
                stderr=log,
                check=False,
            )
        if done.returncode:
            raise StackFailed(f"ckan: {Path(arguments[-1]).name} failed. Its log is {self.log}.")
        return done.stdout.decode()


class CkanWorker(_CkanProcess):
    name = "ckan-worker"
    title = "CKAN's background jobs"
    needs = (Ckan.name,)
    ready_seconds = 120.0

    def command(self) -> Command:
        ini = str(self.home / "ckan.ini")
        return Command((installed.ckan() / "bin" / "ckan", "-c", ini, "jobs", "worker"), self.environment(), self.home)

    def answers(self) -> bool:
        """Whether it stands in the queue's list of workers."""
        redis, pid = Redis(self.place), running(self.pid_file)
        names = redis.ask("SMEMBERS", "rq:workers")
        return any(redis.ask("HGET", name, "pid") == [str(pid)] for name in names)


def _settings() -> dict[str, str]:
    """What does not depend on the machine, as it stands in the plugin's file."""
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(SETTINGS, encoding="utf-8")
    return dict(parser["app:main"])


def _token_of(user: str) -> str:
    return f"TOKEN_{user.replace('-', '_')}"


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(os.fsencode(path.relative_to(folder)) + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
