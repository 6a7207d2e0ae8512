"""Lists of messages, one or several in a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from streamchat.core.conversation import Conversation
from streamchat.core.message_list import MessageList, parse_message_list
from streamchat.importers.building import (
    AboutFile,
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
)
from streamchat.importers.loading import UnreadableElement


def holds_messages(value: object) -> bool:
    """Whether it is an object with a list of messages."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("messages", value.get("input")), list)


def read_message_list(
    loaded: object, data: bytes, about: AboutFile, *, model: str
) -> Iterator[Conversation | ImportFault]:
    """One conversation, or the fault of its first bad message."""
    yield _conversation(loaded, hashlib.sha256(data).hexdigest(), about, model)


def read_message_lists(
    loaded: list[object], about: AboutFile, *, model: str
) -> Iterator[Conversation | ImportFault]:
    """A conversation for each element, and a fault for each damaged one."""
    for number, item in enumerate(loaded, 1):
        reason = item.reason if isinstance(item, UnreadableElement) else ""
        if reason or not holds_messages(item):
            yield ImportFault(f"conversation {number}: {reason or 'it has no messages'}")
            continue
        digest = hashlib.sha256(json.dumps(item).encode()).hexdigest()
        part = AboutFile(f"{about.name} {number}", about.written)
        found = _conversation(item, digest, part, model)
        if isinstance(found, ImportFault):
            found = ImportFault(f"conversation {number}: {found.text}")
        yield found


def _conversation(
    loaded: object, digest: str, about: AboutFile, model: str
) -> Conversation | ImportFault:
    try:
        found = parse_message_list(loaded)
    except ValueError as error:
        return ImportFault(str(error))
    source = ForeignConversation(
        "messages", digest, title=about.name, created=about.written, system=found.system
    )
    conversation = build_conversation(source, _items(found), model=model)
    return conversation if conversation.turn_count else ImportFault("the list is empty")


def _items(found: MessageList) -> Iterator[ForeignMessage]:
    for number, message in enumerate(found.messages, 1):
        by = found.model if message.role == "assistant" else None
        yield ForeignMessage(
            str(number), str(number - 1), message.role, message.content, model=by
        )
