"""A plain JSON list of messages, as any client of the Messages API keeps one.

Pure: bytes in, messages out. Whoever reads one gives the messages their ids.
"""

from __future__ import annotations

import json

from streamchat.core.json_text import read_json
from streamchat.core.messages import Message, content_from_wire, role_from_wire


def load_json(data: bytes) -> object:
    """Any JSON file of a user's. Raises ValueError that says which line is wrong."""
    try:
        return read_json(data)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error


def parse_messages(loaded: object) -> list[Message]:
    """The messages of a list that was loaded. Raises ValueError that says which message is
    wrong."""
    if not isinstance(loaded, list):
        raise ValueError("not a list of messages")
    messages = []
    for number, item in enumerate(loaded, 1):
        try:
            messages.append(_message(item))
        except ValueError as error:
            raise ValueError(f"message {number}: {error}") from error
    return messages


def _message(item: object) -> Message:
    if not isinstance(item, dict):
        raise ValueError('not an object with "role" and "content"')
    role = role_from_wire(item.get("role"))
    content = content_from_wire(item.get("content"))
    # A list does not say how its replies ended: they count as complete.
    return Message(role, content, stop_reason="end_turn" if role == "assistant" else None)
