"""Dagster: our code, its UI, and the daemon that watches the inbox and starts what is due; runs lie in PostgreSQL."""

from __future__ import annotations

import json
import time
from pathlib import Path

from orchestration.stack.place import Place, StackFailed
from orchestration.stack.process import Command
from orchestration.stack.servers.azurite import Azurite
from orchestration.stack.servers.gcs import GcsFront
from orchestration.stack.servers.minio import Minio
from orchestration.stack.servers.postgres import Postgres
from orchestration.stack.servers.versitygw import VersityGW
from orchestration.stack.service import OwnService, own_program

DATABASE = "dagster"
LOCATION = "datenallmende"
_SILENT_SECONDS = 120.0


class _DagsterProcess(OwnService):
    ready_seconds = 300.0  # the definitions load dbt's and dlt's libraries: slow on a busy machine

    def is_installed(self) -> bool:
        return own_program("dagster-daemon").is_file()

    def environment(self) -> dict[str, str]:
        home = self.place.folder.parent
        return {
            **super().environment(),
            "DAGSTER_HOME": str(home / "dagster-stack"),
            "ALLMENDE_DAGSTER__POSTGRES_URL": dagster_url(self.place),
        }


class DagsterCode(_DagsterProcess):
    name = "dagster-code"
    title = "Dagster code"
    needs = (Postgres.name, Minio.name, VersityGW.name, Azurite.name, GcsFront.name)
    ports = ("dagster-code",)

    @property
    def address(self) -> str:
        return f"grpc://127.0.0.1:{self.place.ports[self.name]}"

    def prepare(self) -> None:
        from orchestration.running import dagster_home
        from orchestration.settings import load_settings

        Postgres(self.place).make((DATABASE,), (DATABASE,), owner=DATABASE)
        dagster_home(load_settings(profile="stack", home=self.place.folder.parent))
        server = {"host": "127.0.0.1", "port": self.place.ports[self.name], "location_name": LOCATION}
        (self.folder / "workspace.yaml").write_text(json.dumps({"load_from": [{"grpc_server": server}]}))

    def command(self) -> Command:
        where = ("--host", "127.0.0.1", "--port", str(self.place.ports[self.name]))
        program = (
            own_program("dagster"),
            "code-server",
            "start",
            "--module-name",
            "orchestration.definitions",
            "--location-name",
            LOCATION,
        )
        return Command((*program, *where), self.environment(), self.folder)

    def answers(self) -> bool:
        import grpc
        from grpc_health.v1 import health_pb2, health_pb2_grpc

        with grpc.insecure_channel(f"127.0.0.1:{self.place.ports[self.name]}") as channel:
            asked = health_pb2.HealthCheckRequest(service="DagsterApi")
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(asked, timeout=5)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


class DagsterWebserver(_DagsterProcess):
    name = "dagster"
    title = "Dagster UI"
    needs = (DagsterCode.name,)
    ports = ("dagster",)
    health = "/server_info"

    def command(self) -> Command:
        where = ("--host", "127.0.0.1", "--port", str(self.place.ports["dagster"]))
        program = (own_program("dagster-webserver"), "--workspace", _workspace(self.place))
        return Command((*program, *where), self.environment(), self.folder)


class DagsterDaemon(_DagsterProcess):
    name = "dagster-daemon"
    title = "Dagster daemon"
    # After the UI, which makes the tables: two that migrate at once get in each other's way.
    needs = (DagsterWebserver.name,)

    def command(self) -> Command:
        program = (own_program("dagster-daemon"), "run", "--workspace", _workspace(self.place))
        return Command(program, self.environment(), self.folder)

    def answers(self) -> bool:
        """Whether it gave a sign of life since it was started, and lately: it does so every 30 seconds."""
        last = "select max(extract(epoch from timestamp)) from daemon_heartbeats"
        try:
            beat = float(Postgres(self.place).sql(last, DATABASE).strip() or 0)
        except StackFailed:  # no database yet, or none at the moment
            return False
        return beat > max(self.pid_file.stat().st_mtime, time.time() - _SILENT_SECONDS)


def _workspace(place: Place) -> Path:
    """Where the UI and the daemon find the code: in one process that both ask."""
    return place.of(DagsterCode.name) / "workspace.yaml"


def dagster_url(place: Place) -> str:
    """Names the driver that dagster-postgres brings: SQLAlchemy 2.1 would look for another by itself."""
    return Postgres(place).url(DATABASE, DATABASE).replace("postgresql://", "postgresql+psycopg2://")
