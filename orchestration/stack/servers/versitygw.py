"""VersityGW: a second S3 server of another make, in the place of a public cloud."""

from __future__ import annotations

from orchestration.stack.installed import binary
from orchestration.stack.process import Command
from orchestration.stack.service import Service


class VersityGW(Service):
    name = "versitygw"
    title = "VersityGW (cloud-a, S3)"
    ports = ("versitygw",)
    piece = ("versitygw",)
    health = "/health"

    def credentials(self) -> dict[str, str]:
        """Key pair of the administrator, under the names that the server reads from its environment."""
        return self.place.secrets(self.name, ROOT_ACCESS_KEY="allmende-", ROOT_SECRET_KEY="")

    def is_installed(self) -> bool:
        return binary("versitygw").is_file()

    def prepare(self) -> None:
        for name in ("data", "versions", "users"):
            (self.folder / name).mkdir(exist_ok=True)

    def command(self) -> Command:
        where = f"127.0.0.1:{self.place.ports['versitygw']}"
        # All paths absolute: the server changes its folder.
        return Command(
            (
                *(binary("versitygw"), "--port", where, "--iam-dir", self.folder / "users", "--health", self.health),
                *("posix", "--versioning-dir", self.folder / "versions", self.folder / "data"),
            ),
            self.credentials(),
        )
