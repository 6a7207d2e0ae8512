"""Templates: text with front matter and placeholders, for roles and prompts.

    ---
    model: claude-haiku-5-5
    ---
    Review {{path}} for {{what|errors}}.

A placeholder is a name, or a name, a bar and a default. Values are filled in once: a
placeholder in a value stays as it is.

Pure. The front matter is parsed by who reads the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from streamchat.core.errors import NotFound
from streamchat.core.formatting import quoted

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[A-Za-z_][\w-]*)\s*(?:\|(?P<default>[^{}]*))?\}\}")
_NAMED = re.compile(r"(?P<name>[A-Za-z_][\w-]*)=(?P<value>.*)", re.DOTALL)
STDIN, CLIPBOARD = "stdin", "clipboard"
ROLE_KEYS = frozenset(
    {"model", "effort", "thinking", "max_tokens", "temperature", "web", "schema", "attach"}
)


class TemplateKind(Enum):
    """The values are the names of directories."""

    ROLE = "roles"
    PROMPT = "prompts"

    @property
    def noun(self) -> str:
        return self.value.removesuffix("s")


@dataclass(frozen=True, slots=True)
class Template:
    """A role or a prompt. `settings` is its front matter; `notes` say what of it is ignored."""

    name: str
    text: str
    settings: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The placeholders that have no default, in order."""
        found = list(_PLACEHOLDER.finditer(self.text))
        given = {match["name"] for match in found if match["default"] is not None}
        return tuple(dict.fromkeys(m["name"] for m in found if m["name"] not in given))

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with its values. Raises KeyError for a placeholder without one."""
        defaults = {
            match["name"]: match["default"].strip()
            for match in _PLACEHOLDER.finditer(self.text)
            if match["default"] is not None
        }
        known = {**defaults, **values}
        return _PLACEHOLDER.sub(lambda match: known[match["name"]], self.text)

    def uses(self, name: str) -> bool:
        return any(match["name"] == name for match in _PLACEHOLDER.finditer(self.text))


class TemplateFiles(Protocol):
    """The roles and the prompts that the user can use here."""

    def names(self, kind: TemplateKind) -> list[str]:
        """Sorted; those that are not allowed yet are among them."""

    def read(self, kind: TemplateKind, name: str) -> Template:
        """Raises NotFound, UsageError for what is no name, ConfigError."""

    def path(self, kind: TemplateKind, name: str) -> str:
        """Where a file of the user's own with this name is, or would be."""


class NoTemplates:
    """Where there are no such files."""

    def names(self, kind: TemplateKind) -> list[str]:
        return []

    def read(self, kind: TemplateKind, name: str) -> Template:
        raise NotFound(f"There is no {kind.noun} {quoted(name)}.")

    def path(self, kind: TemplateKind, name: str) -> str:
        return ""


def split_front_matter(source: str) -> tuple[str, str]:
    """The front matter without its lines of dashes ("" for none), and the text below."""
    match = _FRONT_MATTER.match(source)
    return (match["front"], source[match.end() :]) if match else ("", source)


def assign_words(template: Template, words: Sequence[str]) -> tuple[dict[str, str], str]:
    """What the words on a command line give: `name=value` by its name, the others to the
    placeholders that are missing, in order; what is left is more text."""
    values: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        match = _NAMED.fullmatch(word)
        if match and template.uses(match["name"]):
            values[match["name"]] = match["value"]
        else:
            rest.append(word)
    for name in template.missing:
        if name not in values and name not in (STDIN, CLIPBOARD) and rest:
            values[name] = rest.pop(0)
    return values, " ".join(rest)


def still_missing(template: Template, values: Iterable[str]) -> tuple[str, ...]:
    """The placeholders that have neither a default nor a value."""
    return tuple(name for name in template.missing if name not in set(values))
