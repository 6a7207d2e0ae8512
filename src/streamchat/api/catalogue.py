"""What a server says about its models, and which models are retired."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from streamchat.core.messages import JsonObject, read_count

_LIST_HINT = "--list-models lists the current models."


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the server. Compatible servers say little: None means "not said".

    `capabilities` is the API's own object (effort, thinking, image_input, …), kept whole.
    """

    id: str
    display_name: str
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    lifecycle: str | None = None  # active, deprecated or retired
    deprecated_at: str | None = None  # ISO 8601
    retires_at: str | None = None
    capabilities: JsonObject = field(default_factory=dict)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> ModelInfo | None:
        """Read a model object; None if it has no id."""
        id = _text(data.get("id"))
        if id is None:
            return None
        capabilities = data.get("capabilities")
        return cls(
            id=id,
            display_name=_text(data.get("display_name")) or id,
            max_input_tokens=read_count(data.get("max_input_tokens")),
            max_tokens=read_count(data.get("max_tokens")),
            lifecycle=_text(data.get("lifecycle")),
            deprecated_at=_text(data.get("deprecated_at")),
            retires_at=_text(data.get("retires_at")),
            capabilities=dict(capabilities) if isinstance(capabilities, Mapping) else {},
        )


def deprecation_line(model: str, ends: str | None, *, today: date) -> str | None:
    """The line to show for a model that is retired on `ends`, such as "June 15th, 2026"."""
    if ends is None:
        return None
    last_day = _day(ends)
    if last_day is not None and last_day < today:
        return f"{model} was retired on {ends}: requests for it fail. {_LIST_HINT}"
    return f"{model} is deprecated and ends on {ends}. {_LIST_HINT}"


def _day(text: str) -> date | None:
    plain = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", text)
    try:
        return datetime.strptime(plain, "%B %d, %Y").date()
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
