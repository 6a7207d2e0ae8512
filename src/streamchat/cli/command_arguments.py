"""What the menu at the prompt offers after the name of a command.

Rule: what is offered is known already, except for the models: the server is asked for them
when a menu of models first opens, once, and only where a key is at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from streamchat.app.commands.registry import COMMANDS, find_command, is_command
from streamchat.app.session import Session
from streamchat.core.errors import StreamchatError
from streamchat.core.options import EXPORT_FORMATS, KEYS
from streamchat.core.options.rows import Kind, Option
from streamchat.core.reasoning import EFFORTS, WIRE_THINKING
from streamchat.core.templates import TemplateKind
from streamchat.prompt.completion import Choice

_MOST_CONVERSATIONS = 200
_OF_MODELS = frozenset({"model", "retry", "compare", "config"})
_WORD = re.compile(r"[a-z-]+")  # the words of a usage that are typed literally


@dataclass(slots=True)
class CommandArguments:
    """`may_ask` tells whether the server can be asked without asking the user for a key."""

    session: Session
    may_ask: Callable[[], bool]
    _models: dict[str, str] = field(default_factory=dict)  # with what to show of each
    _asked: str | None = None  # the server that was asked

    async def gather(self, command: str) -> None:
        """See Arguments."""
        server = self.session.server
        if command not in _OF_MODELS or self._asked == server or not self.may_ask():
            return
        self._asked = server
        with suppress(StreamchatError):
            self._models = dict(await self.session.configuration.models())

    def __call__(self, command: str, typed: str) -> Iterable[Choice]:
        """See Arguments."""
        match command:
            case "resume" | "delete":
                return self._conversations()
            case "export":
                return [] if " " in typed else map(Choice, EXPORT_FORMATS)
            case "attach":
                return []
            case "model" | "retry" | "compare":
                return self._model_choices(typed)
            case "theme":
                return (Choice(name) for name, _ in self.session.configuration.themes())
            case "effort":
                return map(Choice, (*self._efforts(), "default"))
            case "think":
                return map(Choice, (*self._thinking(), "default"))
            case "role":
                names = self.session.templates.names(TemplateKind.ROLE)
                return [*map(Choice, names), Choice("new "), Choice("off")]
            case "profile":
                return [*self._profiles(), Choice("off")]
            case "help":
                return [*_helped(), Choice("keys"), Choice("all")]
            case "config":
                return self._settings(typed)
        return _words_of_usage(command)

    def _conversations(self) -> Iterator[Choice]:
        with suppress(StreamchatError):
            for each in self.session.archive.summaries()[:_MOST_CONVERSATIONS]:
                yield Choice(each.id[:8], each.title)

    def _model_choices(self, typed: str = "") -> Iterator[Choice]:
        """For the last of the words."""
        before = typed[: typed.rfind(" ") + 1]
        for name in dict.fromkeys([*self._models, self.session.conversation.model]):
            about = " ".join(self._models.get(name, "").split())
            yield Choice(before + name, about.removeprefix(name).strip())

    def _efforts(self) -> Sequence[str]:
        efforts = self.session.facts(self.session.conversation.model).efforts
        return EFFORTS if efforts is None else efforts

    def _thinking(self) -> Sequence[str]:
        facts = self.session.facts(self.session.conversation.model)
        return facts.thinking_settings or tuple(WIRE_THINKING)

    def _profiles(self) -> Iterator[Choice]:
        with suppress(StreamchatError):
            for name, about in self.session.configuration.profiles():
                yield Choice(name, " ".join(about.split()).removeprefix(name).strip())

    def _settings(self, typed: str) -> Iterator[Choice]:
        key, blank, _ = typed.partition(" ")
        if not blank:
            yield from (Choice(f"{name} ", option.help) for name, option in KEYS.items())
            return
        option = KEYS.get(key)
        for choice in self._values(option) if option else ():
            yield Choice(f"{key} {choice.text}", choice.note)

    def _values(self, option: Option) -> Iterable[Choice]:
        match option.name:
            case "theme":
                return (Choice(name) for name, _ in self.session.configuration.themes())
            case "model" | "fallback":
                return self._model_choices()
            case "role":
                return map(Choice, self.session.templates.names(TemplateKind.ROLE))
            case "profile":
                return self._profiles()
        return map(Choice, ("on", "off") if option.kind is Kind.ON_OFF else option.choices)


def _helped() -> Iterator[Choice]:
    for row in COMMANDS:
        yield Choice(row.name, row.help.partition(". ")[0])


def _words_of_usage(command: str) -> list[Choice]:
    """The literal words in the usage: on and off in "/web [on|off|SITES]"."""
    if not is_command(command):
        return []
    words = re.split(r"[\s\[\]|]+", find_command(command).argument)
    return [Choice(word) for word in words if _WORD.fullmatch(word)]
