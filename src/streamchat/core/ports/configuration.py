"""The settings of this run, as a chat shows and changes them."""

from __future__ import annotations

from typing import Protocol

from streamchat.core.errors import UsageError


class Configuration(Protocol):
    """What /config works on. All methods raise UsageError and ConfigError."""

    def describe(self) -> str:
        """Every setting with its value and its origin, as Markdown."""

    def explain(self, key: str) -> str:
        """One setting, and what it takes, as Markdown."""

    def change(self, key: str, text: str) -> str:
        """Set it until the program ends. Returns the line that says so."""

    def take_back(self, key: str) -> str:
        """Undo what `change` set. Returns the line that says so."""

    def save(self, key: str, text: str | None) -> str:
        """Set it, and write it to config.toml; None removes it there. Returns the line that
        says so. Raises DiskError."""


class FixedConfiguration:
    """Where settings cannot be changed."""

    def describe(self) -> str:
        raise UsageError("The settings cannot be changed here.")

    def explain(self, key: str) -> str:
        return self.describe()

    def change(self, key: str, text: str) -> str:
        return self.describe()

    def take_back(self, key: str) -> str:
        return self.describe()

    def save(self, key: str, text: str | None) -> str:
        return self.describe()
