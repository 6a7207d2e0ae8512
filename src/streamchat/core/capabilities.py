"""What a model accepts: its context window, levels of effort, kinds of thinking.

The server says it (`ModelFacts.read`); the small table below is for servers that do not.
None is unknown and allows everything: the server refuses what it cannot do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from streamchat.core.messages import read_count
from streamchat.core.reasoning import EFFORTS, WIRE_THINKING

# By the start of the id. Only what Anthropic documents.
_WINDOWS = {
    "claude-fable-5-1": 1_000_000,
    "claude-opus-5-5": 1_000_000,
    "claude-sonnet-5-5": 1_000_000,
    "claude-haiku-5-5": 1_000_000,
    "claude-sonnet-4-6": 1_000_000,
    "claude-opus-4-5": 200_000,
    "claude-sonnet-4-5": 200_000,
    "claude-haiku-4-5": 200_000,
}

_WITHOUT_FILTERS = (
    *("claude-3", "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5"),
    *("claude-sonnet-4-2", "claude-sonnet-4-5", "claude-haiku-4-5"),
)


# The models that take a system message in mid-conversation; Sonnet 5 does not.
_TAKES_SYSTEM_TURNS = (
    *("claude-opus-4-8", "claude-opus-5", "claude-sonnet-5-5", "claude-haiku-5-5"),
    *("claude-fable-5", "claude-mythos-5"),
)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model. `efforts` are in ascending order, `thinking` holds wire types."""

    id: str
    window: int | None = None  # tokens
    efforts: tuple[str, ...] | None = None
    thinking: frozenset[str] | None = None
    searches_web: bool | None = None
    filters_web: bool | None = None  # runs code on what was found
    takes_system_turns: bool = False  # no server says so: by the table alone

    @classmethod
    def read(cls, id: str, data: Mapping[str, Any]) -> ModelFacts:
        """From a model object of the API; the table supplies what it leaves out."""
        said = data.get("capabilities")
        capabilities = said if isinstance(said, Mapping) else {}
        facts = facts_by_table(id)
        window = read_count(data.get("max_input_tokens"))
        return replace(
            facts,
            window=window or facts.window,
            efforts=_efforts(capabilities.get("effort")),
            thinking=_thinking(capabilities.get("thinking")),
            searches_web=_supports(capabilities.get("server_tools"), "web_search"),
            filters_web=_or(_supports(capabilities, "code_execution"), facts.filters_web),
        )

    def takes_effort(self, level: str) -> bool:
        return self.efforts is None or level in self.efforts

    def takes_thinking(self, setting: str) -> bool:
        return self.thinking is None or WIRE_THINKING[setting] in self.thinking

    @property
    def thinking_settings(self) -> tuple[str, ...]:
        """The settings of `thinking` that the model accepts."""
        return tuple(setting for setting in WIRE_THINKING if self.takes_thinking(setting))


def is_same_model(one: str, other: str) -> bool:
    """Whether two ids name one model: a server may add a date to the id."""
    short, long = sorted((one, other), key=len)
    return long == short or re.fullmatch(re.escape(short) + r"[-@]\d{8}", long) is not None


def reads_documents(model: str) -> bool:
    """Whether a model is known to read blocks of the type `document`."""
    return "claude" in model.lower()


def facts_by_table(id: str) -> ModelFacts:
    """What the table says about a model."""
    windows = (size for name, size in _WINDOWS.items() if id.startswith(name))
    filters = False if id.startswith(_WITHOUT_FILTERS) else None
    return ModelFacts(
        id,
        window=next(windows, None),
        filters_web=filters,
        takes_system_turns=id.startswith(_TAKES_SYSTEM_TURNS),
    )


def _supports(said: object, name: str) -> bool | None:
    """What an object of capabilities says about one of them."""
    about = said.get(name) if isinstance(said, Mapping) else None
    supported = about.get("supported") if isinstance(about, Mapping) else None
    return supported if isinstance(supported, bool) else None


def _or(value: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001
    return other if value is None else value


def _efforts(said: object) -> tuple[str, ...] | None:
    if not isinstance(said, Mapping):
        return None
    return tuple(level for level in EFFORTS if _is_supported(said.get(level)))


def _thinking(said: object) -> frozenset[str] | None:
    types = said.get("types") if isinstance(said, Mapping) else None
    if not isinstance(types, Mapping):
        return None
    return frozenset(str(name) for name, each in types.items() if _is_supported(each))


def _is_supported(said: object) -> bool:
    return isinstance(said, Mapping) and said.get("supported") is True


def if_taken(value: str | None, takes: Callable[[str], bool] | None) -> str | None:
    """The setting, unless the model is known not to accept it."""
    return value if value is None or takes is None or takes(value) else None
