"""A plain JSON list of messages, as any API client keeps one, as records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from streamchat.core.conversation import IMPORTED
from streamchat.core.errors import NotFound
from streamchat.core.messages import (
    Message,
    content_from_wire,
    role_from_wire,
    without_empty_text,
)
from streamchat.core.records import Turn


def imported_turns(
    data: bytes, name: str, *, new_id: Callable[[], str], at: str
) -> Iterator[Turn]:
    """One turn for each message that holds something, each below the one before.

    Raises NotFound that says which line or which message is wrong.
    """
    parent: str | None = None
    for number, item in enumerate(_items(data, name), 1):
        try:
            message = _message(item)
        except ValueError as error:
            raise NotFound(f"{name} is no conversation: message {number}: {error}.") from error
        if without_empty_text(message.content):
            turn = Turn(new_id(), parent, at, message, {IMPORTED: True})
            parent = turn.id
            yield turn


def _items(data: bytes, name: str) -> list[object]:
    try:
        items = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotFound(f"{name} is no conversation: {where}: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise NotFound(f"{name} is no conversation: {error}.") from error
    if not isinstance(items, list):
        raise NotFound(f"{name} is no conversation: not a list of messages.")
    return items


def _message(item: object) -> Message:
    if not isinstance(item, dict):
        raise ValueError('not an object with "role" and "content"')
    role = role_from_wire(item.get("role"))
    content = content_from_wire(item.get("content"))
    # A list says nothing of how its replies ended: they count as whole.
    return Message(role, content, stop_reason="end_turn" if role == "assistant" else None)
