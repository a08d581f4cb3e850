"""MinIO: the object store on our own premises."""

from __future__ import annotations

from orchestration.stack.installed import binary
from orchestration.stack.process import Command
from orchestration.stack.service import Service


class Minio(Service):
    name = "minio"
    title = "MinIO (on-premises)"
    ports = ("minio", "minio-console")
    piece = ("minio",)
    health = "/minio/health/ready"

    def credentials(self) -> dict[str, str]:
        """User and password of the administrator, under the names that the server reads from its environment."""
        return self.place.secrets(self.name, MINIO_ROOT_USER="allmende-", MINIO_ROOT_PASSWORD="")

    def is_installed(self) -> bool:
        return binary("minio").is_file()

    def prepare(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)

    def command(self) -> Command:
        address, console = (f"127.0.0.1:{self.place.ports[port]}" for port in self.ports)
        return Command(
            (binary("minio"), "server", self.folder / "data", "--address", address, "--console-address", console),
            {**self.credentials(), "MINIO_BROWSER_REDIRECT": "off", "MINIO_UPDATE": "off"},
        )
