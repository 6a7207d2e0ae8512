"""The conversations.json of a claude.ai export.

Each conversation has `uuid`, `name`, `created_at` and `chat_messages`; each of these
`uuid`, `sender` (human, assistant), `text`, maybe `content` blocks and, since branches are
exported, `parent_message_uuid` (of a first message one that no message has). Texts and
what was extracted from attachments are taken; tools, and thinking, which is not signed
there, are not. The bytes of uploaded files are not in an export: their names are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamchat.core.conversation import Conversation
from streamchat.core.messages import Block, Role, text_block
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
    read_time,
)

_ROLES: Mapping[str, Role] = {"human": "user", "assistant": "assistant"}


def read_claude_ai(loaded: list[object], *, model: str) -> Iterator[Conversation | ImportFault]:
    """Those that hold a message; a Fault for each that is damaged."""
    for number, item in enumerate(loaded, 1):
        try:
            conversation = _conversation(item, model)
        except ValueError as error:
            yield ImportFault(f"conversation {number}{_called(item)}: {error}")
            continue
        if conversation.turn_count:
            yield conversation


def _called(item: object) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return f" ({name!r:.60})" if isinstance(name, str) and name else ""


def _conversation(item: object, model: str) -> Conversation:
    if not isinstance(item, dict):
        raise ValueError("not an object")
    id, messages = item.get("uuid"), item.get("chat_messages")
    if not isinstance(id, str) or not id:
        raise ValueError("it has no uuid")
    if not isinstance(messages, list):
        raise ValueError("chat_messages is not a list")
    name, leaf = item.get("name"), item.get("current_leaf_message_uuid")
    source = ForeignConversation(
        "claude.ai",
        id,
        title=name if isinstance(name, str) else "",
        created=read_time(item.get("created_at")),
        head=leaf if isinstance(leaf, str) else "",
    )
    return build_conversation(source, _parents_first(_items(messages)), model=model)


def _items(messages: list[object]) -> list[ForeignMessage]:
    items: list[ForeignMessage] = []
    for number, message in enumerate(messages, 1):
        try:
            items.append(_item(message, items[-1].id if items else None))
        except ValueError as error:
            raise ValueError(f"message {number}: {error}") from error
    return items


def _item(message: object, before: str | None) -> ForeignMessage:
    if not isinstance(message, dict):
        raise ValueError("not an object")
    sender, id = message.get("sender"), message.get("uuid")
    if not isinstance(sender, str) or sender not in _ROLES:
        raise ValueError(f"sender must be human or assistant, not {sender!r:.60}")
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
    for each in _objects(message, "attachments"):
        text, name = each.get("extracted_content"), each.get("file_name")
        if isinstance(text, str) and text.strip():
            source = {"type": "text", "media_type": "text/plain", "data": text}
            title = {"title": name} if isinstance(name, str) and name else {}
            yield {"type": "document", "source": source, **title}
    for each in _objects(message, "files"):
        yield text_block(f"[a file that the export does not hold: {each.get('file_name')}]\n")
    text = "".join(_texts(message)) or message.get("text")
    if isinstance(text, str):
        yield text_block(text)


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    for block in _objects(message, "content"):
        text = block.get("text")
        if block.get("type") == "text" and isinstance(text, str):
            yield text


def _objects(message: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = message.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _parents_first(items: list[ForeignMessage]) -> Iterator[ForeignMessage]:
    """In their order, but each behind the one it follows."""
    waiting = {item.id: item for item in items}
    for item in items:
        line: list[ForeignMessage] = []
        next_up: str | None = item.id
        while next_up in waiting:
            line.append(waiting.pop(next_up))
            next_up = line[-1].parent
        yield from reversed(line)
