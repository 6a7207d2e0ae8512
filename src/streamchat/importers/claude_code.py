"""A session file of Claude Code: JSON lines, one file a session.

A line has `type` (user, assistant, summary, …), `uuid`, `parentUuid`, `timestamp`, `sessionId`
and a `message` of the Messages API; a reply is written as a line for each of its blocks, all
with the same `message.id`. It takes texts, and calls and results of tools as text. It leaves
out thinking, subagents (`isSidechain`) and the program's own notes (`isMeta`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from streamchat.core.conversation import Conversation
from streamchat.core.foreign_blocks import (
    embedded,
    not_imported,
    tool_call_text,
    tool_result_text,
)
from streamchat.core.messages import Block, Role, Usage, text_block
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
    parents_first,
    read_time,
    text_of,
)
from streamchat.importers.loading import JsonLines, UnreadableElement

_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant"}
_OWN_NOTE = re.compile(r"<(local-command-\w+|command-(name|message|args))>")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_session(line: object) -> bool:
    """Whether a line looks like one of a session file."""
    names = {"sessionId", "parentUuid", "leafUuid"}
    return isinstance(line, dict) and not names.isdisjoint(line)


def read_claude_code(
    lines: JsonLines, *, name: str, model: str
) -> Iterator[Conversation | ImportFault]:
    """The session, and a fault for each damaged line. `name` is the name of the file."""
    items: list[ForeignMessage] = []
    title, sessions = "", []
    for number, line in enumerate(lines.values, 1):
        if not isinstance(line, dict):
            reason = line.reason if isinstance(line, UnreadableElement) else "not an object"
            yield ImportFault(f"line {number}: {reason}")
            continue
        title = text_of(line, "customTitle") or text_of(line, "summary") or title
        sessions.append(text_of(line, "sessionId"))
        before = items[-1].id if items else None
        if (item := _item(line, str(number), before)) is not None:
            items.append(item)
    id = name if _UUID.fullmatch(name) else next(filter(None, sessions), name)
    created = next((item.at for item in items if item.at), "")
    source = ForeignConversation("Claude Code", id, title, created)
    conversation = build_conversation(source, parents_first(_counted_once(items)), model=model)
    if conversation.turn_count:
        yield conversation


def _item(line: Mapping[str, object], number: str, before: str | None) -> ForeignMessage | None:
    role = _ROLES.get(text_of(line, "type"))
    message = line.get("message")
    if role is None or not isinstance(message, dict) or line.get("isSidechain"):
        return None
    content = () if line.get("isMeta") else tuple(_content(message.get("content")))
    usage = message.get("usage")
    parent = line.get("parentUuid", before)
    return ForeignMessage(
        text_of(line, "uuid") or number,
        parent if isinstance(parent, str) else None,
        role,
        content,
        at=read_time(line.get("timestamp")),
        model=(text_of(message, "model") or None) if role == "assistant" else None,
        usage=Usage.from_wire(usage) if isinstance(usage, dict) else None,
    )


def _counted_once(items: list[ForeignMessage]) -> list[ForeignMessage]:
    """Keep the counts of a reply once, because each of its lines repeats them."""
    counted: list[ForeignMessage] = []
    for item in items:
        before = counted[-1] if counted else None
        if before is not None and item.usage is not None and before.usage == item.usage:
            counted[-1] = _without_usage(before)
        counted.append(item)
    return counted


def _without_usage(item: ForeignMessage) -> ForeignMessage:
    return ForeignMessage(item.id, item.parent, item.role, item.content, item.at, item.model)


def _content(content: object) -> Iterator[Block]:
    if isinstance(content, str):
        yield text_block("" if _OWN_NOTE.match(content) else content)
        return
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict):
            yield from _block(block)


def _block(block: Mapping[str, object]) -> Iterator[Block]:
    match block.get("type"):
        case "text":
            text = text_of(block, "text")
            yield text_block("" if _OWN_NOTE.match(text) else text)
        case "tool_use":
            yield text_block(tool_call_text(block.get("name"), block.get("input")))
        case "tool_result":
            yield from _result(block.get("content"))
        case "image" | "document":
            yield _media(block)


def _result(content: object) -> Iterator[Block]:
    if not isinstance(content, list):
        yield text_block(tool_result_text(None, content or ""))
        return
    parts = [part for part in content if isinstance(part, dict)]
    texts = [text_of(part, "text") for part in parts]
    yield text_block(tool_result_text(None, "\n".join(filter(None, texts))))
    yield from (_media(part) for part in parts if part.get("type") == "image")


def _media(block: Mapping[str, object]) -> Block:
    source = block.get("source")
    source = source if isinstance(source, dict) else {}
    made = embedded(text_of(source, "media_type"), text_of(source, "data"))
    return made or text_block(not_imported(f"an {block.get('type')}"))
