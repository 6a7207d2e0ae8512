"""The models that the demo pretends to be, as the API describes them.

The facts are in models.json, newest model first. Unknown values are left out there and are null
on the wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile, islice, takewhile
from pathlib import Path

from streamchat.core.messages import JsonObject
from streamchat.core.reasoning import EFFORTS
from streamchat.demo.sse import Refused

_EPOCH = "1970-01-01T00:00:00Z"  # the API's own way to say that a date is unknown
_PAGE = 20
_MAX_PAGE = 1000
_THINKING = ("adaptive", "between_tools", "disabled", "enabled")
_SERVER_TOOLS = ("code_execution", "web_search")
_MEDIA = ("image_input", "pdf_input")


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what it accepts, and its defaults."""

    id: str
    name: str
    line: str
    thinking: Sequence[str]
    alias: str | None = None
    created: str = _EPOCH
    input: int | None = None
    output: int | None = None
    thinks: bool = False
    display: str = "omitted"
    effort: bool = False
    lifecycle: str = "active"
    retires: str | None = None

    def to_wire(self) -> JsonObject:
        """As GET /v1/models gives it."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.name,
            "created_at": self.created,
            "line": self.line,
            "lifecycle": self.lifecycle,
            "deprecated_at": None if self.lifecycle == "active" else _EPOCH,
            "retires_at": self.retires,
            "max_input_tokens": self.input,
            "max_tokens": self.output,
            "capabilities": self._capabilities(),
        }

    def _capabilities(self) -> JsonObject:
        plain = ("batch", "citations", "code_execution", "structured_outputs")
        efforts = _each(EFFORTS, EFFORTS if self.effort else ())
        return {
            **_each((*plain, "context_management", "image_input", "pdf_input"), _MEDIA),
            "effort": {"supported": self.effort, **efforts},
            "server_tools": {"supported": True, **_each(_SERVER_TOOLS, ("web_search",))},
            "thinking": {"supported": True, "types": _each(_THINKING, self.thinking)},
        }


def _each(names: Sequence[str], supported: Sequence[str]) -> JsonObject:
    return {name: {"supported": name in supported} for name in names}


@cache
def catalogue() -> tuple[Model, ...]:
    """All models, newest first."""
    rows = json.loads(Path(__file__).with_name("models.json").read_bytes())
    return tuple(Model(**row) for row in rows)


def find(model_id: object) -> Model:
    """The model of that id or alias. Raises Refused (404) as the API does."""
    for model in catalogue():
        if model_id is not None and model_id in (model.id, model.alias):
            return model
    raise Refused(404, f"model: {model_id}")


def callable_model(model_id: object) -> Model:
    """The model of that id, if it still answers. Raises Refused (404) for a retired one."""
    model = find(model_id)
    if model.lifecycle == "retired":
        raise Refused(404, f"model: {model_id}")
    return model


def page(query: Mapping[str, str]) -> JsonObject:
    """GET /v1/models with `limit`, `after_id` or `before_id`."""
    limit = _limit(query.get("limit", str(_PAGE)))
    if (before := query.get("before_id")) is not None:
        earlier = list(takewhile(lambda m: m.id != before, catalogue()))
        chosen, more = earlier[-limit:], len(earlier) > limit
    else:
        later = list(_after(query.get("after_id")))
        chosen, more = list(islice(later, limit)), len(later) > limit
    return {
        "data": [model.to_wire() for model in chosen],
        "has_more": more,
        "first_id": chosen[0].id if chosen else None,
        "last_id": chosen[-1].id if chosen else None,
    }


def _after(model_id: str | None) -> Sequence[Model]:
    if model_id is None:
        return catalogue()
    return list(dropwhile(lambda m: m.id != model_id, catalogue()))[1:]


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MAX_PAGE):
        raise Refused(400, f"limit: Input should be between 1 and {_MAX_PAGE}")
    return int(text)
