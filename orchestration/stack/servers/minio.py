"""MinIO: the object store on our own premises."""

from __future__ import annotations

from pathlib import Path

from intake.receiver import PATH
from orchestration.stack.installed import binary
from orchestration.stack.process import Command
from orchestration.stack.service import Service
from storage.admin.minio import TARGET


class Minio(Service):
    name = "minio"
    title = "MinIO (on-premises)"
    ports = ("minio", "minio-console")
    piece = ("minio",)
    health = "/minio/health/ready"

    def credentials(self) -> dict[str, str]:
        """User and password of the administrator, under the names that the server reads from its environment."""
        return self.place.secrets(self.name, MINIO_ROOT_USER="allmende-", MINIO_ROOT_PASSWORD="")

    def reports(self) -> dict[str, str]:
        """Where it reports uploads to, under the names that it reads from its environment: see `Webhook`."""
        told = {
            "ENABLE": "on",
            "ENDPOINT": f"{self.place.url('webhook')}{PATH}",
            "AUTH_TOKEN": self.place.secrets("webhook", TOKEN="")["TOKEN"],
            "QUEUE_DIR": str(self.queue),
        }
        return {f"MINIO_NOTIFY_WEBHOOK_{name}_{TARGET}": value for name, value in told.items()}

    @property
    def queue(self) -> Path:
        """Where reports wait while nobody listens."""
        return self.folder / "queue"

    def is_installed(self) -> bool:
        return binary("minio").is_file()

    def prepare(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)

    def command(self) -> Command:
        address, console = (f"127.0.0.1:{self.place.ports[port]}" for port in self.ports)
        return Command(
            (binary("minio"), "server", self.folder / "data", "--address", address, "--console-address", console),
            {**self.credentials(), **self.reports(), "MINIO_BROWSER_REDIRECT": "off", "MINIO_UPDATE": "off"},
        )
