"""What an installation of the portal may set. The environment and `allmende.toml` are read by orchestration."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_AGS = re.compile(r"\d{8}")
_HASH = re.compile(r"[0-9a-f]{64}")
MB = 1000 * 1000
MIB = 1024 * 1024


class WorkerLimits(BaseModel):
    """What one check may use. Sizes in bytes, times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_bytes: int = Field(default=2560 * MIB, ge=1024 * MIB)
    """Address space; polars alone reserves about 1 GiB of it, without using it."""
    cpu_seconds: int = Field(default=60, ge=1)
    wall_seconds: float = Field(default=120.0, gt=0)
    output_bytes: int = Field(default=1024 * MIB, gt=0)
    """Largest file the worker may write."""
    threads: int = Field(default=2, ge=1, le=64)


class IntakeConfig(BaseModel):
    """Everything the portal needs to know, passed in by whoever starts it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inbox: Path
    """Folder the inbox sensor watches: `<inbox>/<ags>/<slug>/<file>`."""
    work: Path
    """Private folder for dry runs and unfinished uploads; what is older than `result_minutes` is deleted."""
    standards: tuple[Path, ...] = ()
    """Folders with standards of this installation, beside those of the project."""
    title: str = "Datenallmende"
    tokens: dict[str, tuple[SecretStr, ...]] = Field(default_factory=dict)
    """AGS → SHA-256 (hex) of the access tokens of that Kommune, as `intake.tokens.new_token` makes them."""
    secret: SecretStr = Field(default_factory=lambda: SecretStr(secrets.token_hex(32)))
    """Signs the forms; several processes must share one. Without it, forms opened before a restart are refused."""
    fetched_elsewhere: frozenset[str] = frozenset()
    """Datasets (`<ags>/<slug>`) that have another source than the inbox: a file handed in would not be taken."""
    max_upload_bytes: int = Field(default=100 * MB, gt=0)
    result_minutes: int = Field(default=30, ge=1, le=24 * 60)
    checks_at_once: int = Field(default=2, ge=1, le=64)
    wait_seconds: float = Field(default=60.0, ge=0)
    """How long an upload waits for a free place before it is asked to come back."""
    posts_per_minute: int = Field(default=12, ge=1)
    """Forms one client may send per minute."""
    limits: WorkerLimits = Field(default_factory=WorkerLimits)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Names under which the portal may be asked; others are refused (DNS rebinding)."""
    portal_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    """Where the public finds the published data; empty: no link."""
    imprint_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    contact: str = ""
    """Mail address that clerks may write to; empty: none is shown."""

    @model_validator(mode="after")
    def _tokens_are_hashes(self) -> Self:
        for ags, hashes in self.tokens.items():
            if not _AGS.fullmatch(ags):
                raise ValueError(f"tokens: “{ags}” is no AGS, it needs 8 digits")
            if not all(_HASH.fullmatch(one.get_secret_value()) for one in hashes):
                raise ValueError(f"tokens.{ags}: give the SHA-256 of the token (64 hex digits), never the token itself")
        return self

    @property
    def takes_files(self) -> bool:
        """Whether anybody may hand in."""
        return any(self.tokens.values())
