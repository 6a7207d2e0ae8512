"""Templates: text with front matter and placeholders, for roles and prompts.

    ---
    model: claude-haiku-5-5
    ---
    Review {{path}} for {{what|errors}}.

A placeholder is a name, or a name, a bar and a default. Values are filled in once: a
placeholder in a value stays as it is.

Pure. The reader of the file parses the front matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from streamchat.core.errors import NotFound
from streamchat.core.formatting import quoted

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[A-Za-z_][\w-]*)\s*(?:\|(?P<default>[^{}]*))?\}\}")
_NAMED = re.compile(r"(?P<name>[A-Za-z_][\w-]*)=(?P<value>.*)", re.DOTALL)
STDIN, CLIPBOARD = "stdin", "clipboard"
SETTING_KEYS = frozenset(
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
    """A role or a prompt. `settings` is its front matter; `notes` say what was ignored."""

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
        """The text with its values filled in. Raises KeyError for a missing value."""
        defaults = {
            match["name"]: match["default"].strip()
            for match in _PLACEHOLDER.finditer(self.text)
            if match["default"] is not None
        }
        known = {**defaults, **values}
        return _PLACEHOLDER.sub(lambda match: known[match["name"]], self.text)

    def without(self, name: str) -> Template:
        """The template without that placeholder."""
        text = _PLACEHOLDER.sub(lambda m: "" if m["name"] == name else m[0], self.text)
        return replace(self, text=text)

    def uses(self, name: str) -> bool:
        return any(match["name"] == name for match in _PLACEHOLDER.finditer(self.text))


class TemplateFiles(Protocol):
    """The roles and prompts that are available here."""

    def names(self, kind: TemplateKind) -> list[str]:
        """The names, sorted, including those that are not allowed yet."""

    def read(self, kind: TemplateKind, name: str) -> Template:
        """Raises NotFound, ConfigError, and UsageError for an invalid name."""

    def path(self, kind: TemplateKind, name: str) -> str:
        """The path of the user's own file of this name, whether it exists or not. Raises
        UsageError if it cannot be a name."""


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
    """The values given by words: `name=value` by name, other words for the missing
    placeholders in order; the rest is further text."""
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


def give_stdin(template: Template, values: dict[str, str], text: str) -> None:
    """Fill the placeholder for piped text; one with a default takes only a text. In a role,
    which is not a message, the text is empty."""
    if template.uses(STDIN) and (text or STDIN in template.missing):
        values.setdefault(STDIN, text)


def still_missing(template: Template, values: Iterable[str]) -> tuple[str, ...]:
    """The placeholders that have neither a default nor a value."""
    return tuple(name for name in template.missing if name not in set(values))
