"""What an installation may decide about its object store, validated. The environment is read by orchestration."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from storage.admin.rights import Component

_AGS = re.compile(r"\d{8}")
GB = 1000**3


class LockMode(StrEnum):
    """How what was received is kept from being deleted or replaced before its days are over.

    `governance`: nobody but the server's own administrator, who must ask for it explicitly: what the law wants deleted
    (personal data that came by mistake) can be. `compliance`: nobody at all, not even the administrator and not even by
    changing this setting; only for what must be kept by law. `off`: an S3 without object lock.
    """

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"
    OFF = "off"


class ProvisionConfig(BaseModel):
    """The on-premises object store as it should be. Days of 0: never."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    landing_lock: LockMode = LockMode.GOVERNANCE
    landing_lock_days: int = Field(default=365, ge=1)
    replaced_days: int = Field(default=30, ge=0)
    """Replaced and deleted versions outside `landing/` vanish after so many days."""
    stale_uploads_days: int = Field(default=7, ge=0)
    quarantine_days: int = Field(default=180, ge=0)
    inbox_days: int = Field(default=90, ge=0)
    """Files in the inbox vanish after so many days; what was taken from them lies in `landing/`."""
    quota_bytes: int = Field(default=5 * GB, gt=0)
    """How much may lie in the inbox of one Kommune."""
    quotas: dict[str, int] = Field(default_factory=dict)
    """AGS → bytes, for Kommunen that need more or less."""
    webhook: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where MinIO reports uploads (`allmende intake listen`); empty: the inbox is only polled."""
    webhook_queue: str = ""
    """Folder on MinIO's machine for reports that could not be delivered; needed with `webhook`."""
    webhook_token: SecretStr = SecretStr("")
    secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Login of the server's administrator (`access_key_id`, `secret_access_key`), used by provisioning alone.
    Without it the login of the on-premises store is used."""

    keys: dict[Component, SecretStr] = Field(default_factory=dict)
    """Secret of a component's login, where it comes from elsewhere than `<home>/keys`."""

    @field_validator("quotas")
    @classmethod
    def _by_ags(cls, quotas: dict[str, int]) -> dict[str, int]:
        for ags, size in quotas.items():
            if not _AGS.fullmatch(ags) or size <= 0:
                raise ValueError(f"“{ags}”: write an AGS of 8 digits and a number of bytes above 0")
        return quotas

    def quota_of(self, ags: str) -> int:
        """Bytes that this Kommune may keep in the inbox."""
        return self.quotas.get(ags, self.quota_bytes)
