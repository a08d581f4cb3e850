"""The rooms' objects, built from the settings when they are first asked for. No decision is made here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from connectors.publishers import Publishers, load_publishers
from connectors.register import Register, load_register
from orchestration.ambient import forget_ambient
from orchestration.settings import Settings, load_settings
from standards.definition import Standard
from standards.registry import load_standards
from storage.clock import standing_at
from storage.sites import Sites, open_sites


@dataclass(frozen=True)
class Platform:
    """One installation. Everything is opened lazily, so that a command pays only for what it uses."""

    settings: Settings

    @classmethod
    def load(cls) -> Platform:
        settings = load_settings()
        forget_ambient(settings.storage.stores, os.environ)
        return cls(settings)

    @cached_property
    def sites(self) -> Sites:
        return open_sites(self.settings.storage, self.settings.home.absolute(), standing_at(self.settings.moment))

    @cached_property
    def standards(self) -> dict[str, Standard]:
        return load_standards(more=self.settings.standard_folders)

    @cached_property
    def register(self) -> Register:
        return load_register()

    @cached_property
    def publishers(self) -> Publishers:
        return load_publishers(self.settings.publisher_folders, register=self.register, standards=self.standards)
