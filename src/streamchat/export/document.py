"""The parts of a conversation that a reader sees, for both readable formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from streamchat.core.attachment_blocks import fetched_address
from streamchat.core.citations import cited_text
from streamchat.core.conversation import Conversation
from streamchat.core.messages import INTERRUPTED, THINKING_TYPES, Block, Message
from streamchat.core.records import Turn
from streamchat.core.schema import is_value
from streamchat.core.times import parse_time
from streamchat.core.tool_lines import tool_line
from streamchat.core.web import tool_error


@dataclass(frozen=True, slots=True)
class Attached:
    """A block that is not text. `media_type` and `data` are those of an embedded picture, in
    base64; else ""."""

    kind: str
    name: str = ""
    media_type: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn."""

    role: str
    at: str  # ISO 8601, or ""
    text: str
    model: str = ""
    thinking: str = ""
    attached: tuple[Attached, ...] = ()
    interrupted: bool = False
    cost_usd: float | None = None
    is_value: bool = False  # the text is one JSON value


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    created: str
    said: tuple[Said, ...]
    zone: tzinfo | None = None  # of the times that are shown; None: the system's

    def when(self, at: str) -> str:
        """A time for people: "23 Nov 2026, 22:10 CET"; "" if it is unknown."""
        seconds = parse_time(at)
        if seconds is None:
            return ""
        local = datetime.fromtimestamp(seconds, UTC)
        with suppress(OverflowError):  # the first and the last possible day
            local = local.astimezone(self.zone)
        return f"{local:%-d %b %Y, %H:%M %Z}"


def build_document(
    conversation: Conversation, *, replies: int | None, zone: tzinfo | None
) -> Document:
    """The open branch, or its last `replies` with their questions."""
    turns = last(conversation.path, [turn.role for turn in conversation.path], replies)
    return Document(
        conversation.title or "Conversation",
        conversation.header.created,
        tuple(_said(turn) for turn in turns),
        zone,
    )


def last(items: Sequence[Turn], roles: Sequence[str], replies: int | None) -> Sequence[Turn]:
    return items[start_of_last(roles, replies) :]


def start_of_last(roles: Sequence[str], replies: int | None) -> int:
    """Where the `replies`-th last answer's question begins."""
    last_answer = max((at for at, role in enumerate(roles) if role == "assistant"), default=0)
    answered = [at for at, role in enumerate(roles[:last_answer]) if role == "user"]
    firsts = [at for at in answered if at == 0 or roles[at - 1] == "assistant"]
    return 0 if replies is None or replies >= len(firsts) else firsts[-replies]


def _said(turn: Turn) -> Said:
    message = turn.message
    return Said(
        role=message.role,
        at=turn.at,
        text=message.text if message.role == "system" else cited_text(message.content),
        model=message.model or "",
        thinking="\n\n".join(_thoughts(message)),
        attached=tuple(_attached(block) for block in message.content if _is_other(block)),
        interrupted=message.stop_reason == INTERRUPTED,
        cost_usd=message.cost_usd,
        is_value=is_value(turn),
    )


def _thoughts(message: Message) -> Iterator[str]:
    for block in message.content:
        text = block.get("thinking")
        if block.get("type") == "thinking" and isinstance(text, str) and text.strip():
            yield text


def _is_other(block: Block) -> bool:
    kind = str(block.get("type"))
    is_result = kind.endswith("_result") and not tool_error(block)
    return kind != "text" and kind not in THINKING_TYPES and not is_result


def _attached(block: Block) -> Attached:
    kind, source = str(block.get("type")), block.get("source")
    if kind.endswith("tool_use"):
        return Attached(tool_line(block))
    if failed := tool_error(block):
        return Attached(failed)
    kind = kind.replace("_", " ")
    name = str(block.get("title") or block.get("name") or "")
    if fetched_address(block):
        name = f"{name}. {block['context']}"
    if not isinstance(source, dict):
        return Attached(kind, name)
    if source.get("type") == "url":
        return Attached(kind, name or str(source.get("url", "")))
    if kind == "image" and source.get("type") == "base64":
        return Attached(
            kind, name, str(source.get("media_type", "")), str(source.get("data", ""))
        )
    return Attached(kind, name)
