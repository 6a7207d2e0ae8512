"""What the demo refuses: requests that it cannot answer, and system messages out of place."""

from __future__ import annotations

import json

from streamchat.core.capabilities import facts_by_table
from streamchat.core.messages import JsonObject, content_from_wire
from streamchat.demo.models import Model
from streamchat.demo.sse import Refused


def parse_json(body: bytes) -> JsonObject:
    """The request body as an object. Raises Refused if it is not one."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as bad:
        raise Refused(400, f"The request body is not valid JSON: {bad}") from None
    if not isinstance(data, dict):
        raise Refused(400, "The request body must be a JSON object")
    return data


def require_answerable(body: JsonObject) -> None:
    """Raises Refused for a request that cannot be answered."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages: at least one message is required")
    limit = body.get("max_tokens")
    if not isinstance(limit, int) or limit < 1:
        raise Refused(400, "max_tokens: Input should be greater than or equal to 1")
    try:
        content_from_wire(body.get("system") or "")
        said = [content_from_wire(message["content"]) for message in messages]
        roles = [str(message["role"]) for message in messages]
    except (LookupError, TypeError, ValueError) as bad:
        raise Refused(400, f"messages: {bad}") from None
    if not any(said) or "user" not in roles:
        raise Refused(400, "messages: all messages must have non-empty content")
    for name, kind in (("tools", dict), ("stop_sequences", str)):
        items = body.get(name) or []
        if not (isinstance(items, list) and all(isinstance(item, kind) for item in items)):
            raise Refused(400, f"{name}: Input should be a valid list")


def require_placed_system(messages: list[JsonObject], model: Model) -> None:
    """Raises Refused for a system message where the API takes none."""
    roles = [message["role"] for message in messages]
    for at, role in enumerate(roles):
        if role != "system":
            continue
        if not facts_by_table(model.id).takes_system_turns:
            raise Refused(400, "role 'system' is not supported on this model")
        before, after = roles[at - 1] if at else "", (roles[at + 1 :] or ["assistant"])[0]
        if before not in ("user", "system") or after == "user":
            raise Refused(400, f"messages.{at}: role 'system' must follow a user message")
