"""The bounds of fetching, validated. What does not belong here: reading files or the environment (`orchestration`)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FetchConfig(BaseModel):
    """How far we go for a source, and how long we wait. Sizes in bytes, times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(default=2 * 1024**3, gt=0)
    """A larger file is refused, wherever it comes from."""
    concurrency: int = Field(default=8, ge=1, le=64)
    """Sources fetched at the same time."""
    attempts: int = Field(default=4, ge=1, le=10)
    """How often a source is asked in one run before it counts as failed."""
    timeout: float = Field(default=30.0, gt=0)
    """For connecting and for each piece of an answer."""
    max_seconds: float = Field(default=1800.0, gt=0)
    """For one whole download."""
    backoff: float = Field(default=1.0, ge=0)
    """First pause before asking again; it doubles, with jitter."""
    max_wait: float = Field(default=60.0, ge=0)
    """Longest pause, also where the server asks for a longer one (`Retry-After`)."""
    max_redirects: int = Field(default=5, ge=0, le=20)
    settle_seconds: float = Field(default=2.0, ge=0)
    """A file in the inbox is left alone until it has not changed for so long."""
    allow_private: bool = False
    """Fetch from private and loopback addresses too: for sources inside the own network, and for tests."""
