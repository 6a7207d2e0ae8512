"""The settings of this run, as they are shown and changed in a chat."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from streamchat.core.errors import UsageError
from streamchat.core.ports.reader import Reader
from streamchat.core.templates import Template


@dataclass(frozen=True, slots=True)
class AppliedTemplate:
    """What a role or a prompt file set: lines that say so, what it attaches, and the model
    that is asked this once ("" for the conversation's own)."""

    notes: tuple[str, ...] = ()
    attach: tuple[str, ...] = ()
    model: str = ""


class Configuration(Protocol):
    """What /config, /profile and /login work on. The methods raise UsageError and
    ConfigError."""

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

    async def models(self) -> list[tuple[str, str]]:
        """The models of the server: the id, and a row with limits, prices and capabilities.
        Asks the server once a day. Raises ApiError."""

    @property
    def theme(self) -> str:
        """The theme that is in use."""

    def themes(self) -> list[tuple[str, str]]:
        """The names of the themes, each with what to show of it."""

    @property
    def profile(self) -> str | None:
        """The profile that is in use."""

    def profiles(self) -> list[tuple[str, str]]:
        """The profiles of config.toml: the name, and what to show of it."""

    def use_profile(self, name: str) -> str:
        """Use the server of a profile from now on; `off` uses none. Returns the line that says
        so."""

    @property
    def role(self) -> str | None:
        """The role that is in use."""

    def take_role(self, name: str | None, values: Mapping[str, str]) -> AppliedTemplate:
        """Apply a role instead of the current one; None for no role. `values` fill its
        placeholders. Raises NotFound."""

    def under_prompt(self, template: Template) -> AbstractContextManager[AppliedTemplate]:
        """While entered, the front matter of a prompt file applies."""

    async def log_in(self, reader: Reader) -> str:
        """Let the user paste a key or choose a server. Returns the line that says so."""


class FixedConfiguration:
    """Where settings cannot be changed."""

    profile: str | None = None
    role: str | None = None
    theme: str = ""

    async def models(self) -> list[tuple[str, str]]:
        return []

    def themes(self) -> list[tuple[str, str]]:
        return []

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

    def profiles(self) -> list[tuple[str, str]]:
        return []

    def use_profile(self, name: str) -> str:
        return self.describe()

    def take_role(self, name: str | None, values: Mapping[str, str]) -> AppliedTemplate:
        raise UsageError("The settings cannot be changed here.")

    def under_prompt(self, template: Template) -> AbstractContextManager[AppliedTemplate]:
        return nullcontext(AppliedTemplate(template.notes))

    async def log_in(self, reader: Reader) -> str:
        return self.describe()
