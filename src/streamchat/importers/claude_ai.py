"""The conversations.json of a claude.ai export.

Each conversation has `uuid`, `name`, `created_at` and `chat_messages`; each of these `uuid`,
`sender` (human, assistant), `text`, maybe `content` blocks and, since branches are exported,
`parent_message_uuid` (no message has that of a first message). It takes texts, the text
extracted from attachments, and artifacts. It leaves out other tools, and thinking, because
exports have no signatures. An export holds only the names of uploaded files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from streamchat.core.conversation import Conversation
from streamchat.core.foreign_blocks import not_imported, objects
from streamchat.core.formatting import quoted
from streamchat.core.messages import Block, Role, text_block
from streamchat.importers.artifacts import artifact_text, with_artifacts
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
    name_conversation,
    parents_first,
    read_time,
    text_of,
)
from streamchat.importers.loading import UnreadableElement

_ROLES: Mapping[str, Role] = {"human": "user", "assistant": "assistant"}


def read_claude_ai(
    loaded: Sequence[object], *, model: str
) -> Iterator[Conversation | ImportFault]:
    """The conversations that contain a message, and a fault for each damaged one."""
    for number, item in enumerate(loaded, 1):
        try:
            conversation = _conversation(item, model)
        except ValueError as error:
            yield ImportFault(f"{name_conversation(number, item, 'name')}: {error}")
            continue
        if conversation.turn_count:
            yield conversation


def _conversation(item: object, model: str) -> Conversation:
    if isinstance(item, UnreadableElement):
        raise ValueError(item.reason)
    if not isinstance(item, dict):
        raise ValueError("not an object")
    id, messages = item.get("uuid"), item.get("chat_messages")
    if not isinstance(id, str) or not id:
        raise ValueError("it has no uuid")
    if not isinstance(messages, list):
        raise ValueError("chat_messages is not a list")
    source = ForeignConversation(
        "claude.ai",
        id,
        title=text_of(item, "name"),
        created=read_time(item.get("created_at")),
        head=text_of(item, "current_leaf_message_uuid"),
    )
    return build_conversation(source, parents_first(_items(messages)), model=model)


def _items(messages: list[object]) -> list[ForeignMessage]:
    items: list[ForeignMessage] = []
    taken: set[str] = set()
    for number, message in enumerate(messages, 1):
        try:
            item = _item(message, items[-1].id if items else None)
        except ValueError as error:
            raise ValueError(f"message {number}: {error}") from error
        items.append(replace(item, id=f"{item.id} {number}") if item.id in taken else item)
        taken.add(item.id)
    return items


def _item(message: object, before: str | None) -> ForeignMessage:
    if not isinstance(message, dict):
        raise ValueError("not an object")
    sender, id = message.get("sender"), message.get("uuid")
    if not isinstance(sender, str) or sender not in _ROLES:
        raise ValueError(f"sender must be human or assistant, not {quoted(str(sender))}")
    if not isinstance(id, str) or not id:
        raise ValueError("it has no uuid")
    parent = message.get("parent_message_uuid", before)
    return ForeignMessage(
        id,
        parent if isinstance(parent, str) else None,
        _ROLES[sender],
        tuple(_content(message)),
        at=read_time(message.get("created_at")),
    )


def _content(message: Mapping[str, Any]) -> Iterator[Block]:
    for each in objects(message, "attachments"):
        text, name = text_of(each, "extracted_content"), text_of(each, "file_name")
        if text.strip():
            source = {"type": "text", "media_type": "text/plain", "data": text}
            yield {"type": "document", "source": source, **({"title": name} if name else {})}
    for each in objects(message, "files"):
        yield text_block(not_imported("a file", each.get("file_name")))
    text = "".join(_texts(message)) or text_of(message, "text")
    yield text_block(with_artifacts(text))


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    for block in objects(message, "content"):
        if block.get("type") == "text":
            yield text_of(block, "text")
        elif block.get("type") == "tool_use":
            yield artifact_text(block)
