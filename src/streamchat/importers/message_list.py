"""A JSON list of `{"role", "content"}`, as any client of the Messages API keeps one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from streamchat.core.conversation import Conversation
from streamchat.core.messages import content_from_wire, role_from_wire
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
)


def read_messages(
    loaded: list[object], data: bytes, *, name: str, model: str
) -> Iterator[Conversation | ImportFault]:
    """One conversation, or the fault of its first bad message."""
    items = []
    for number, message in enumerate(loaded, 1):
        try:
            items.append(_item(message, number))
        except ValueError as error:
            yield ImportFault(f"message {number}: {error}")
            return
    source = ForeignConversation("messages", hashlib.sha256(data).hexdigest(), title=name)
    conversation = build_conversation(source, items, model=model)
    yield conversation if conversation.turn_count else ImportFault("the list holds no message")


def _item(message: object, number: int) -> ForeignMessage:
    if not isinstance(message, dict):
        raise ValueError('not an object with "role" and "content"')
    parent = str(number - 1) if number > 1 else None
    role = role_from_wire(message.get("role"))
    return ForeignMessage(str(number), parent, role, content_from_wire(message.get("content")))
