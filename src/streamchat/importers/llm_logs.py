"""The logs.db of simonw/llm, in both of its formats.

Until 0.31: `responses`, one row for a prompt and its answer, in `conversations`. Since 0.32
(seen: 0.36): `turns` in `threads`, over a tree of `messages` with `parts`. A thread that
continues an old conversation has its id and holds all of its messages. It takes text and
attachments, not tools and reasoning.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Container, Iterator, Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from streamchat.core.conversation import Conversation
from streamchat.core.errors import NotFound
from streamchat.core.json_text import read_json
from streamchat.core.messages import Block, Usage, text_block
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
    read_time,
)

Row = Mapping[str, Any]
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def read_llm_logs(path: Path, *, model: str) -> Iterator[Conversation | ImportFault]:
    """Raises NotFound for another database."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            db.text_factory = lambda data: data.decode("utf-8", "replace")
            yield from _Logs(db, model).conversations()
    except sqlite3.Error as error:
        raise NotFound(f"{path} cannot be read as the logs of llm: {error}.") from error
    except _NotLogs as error:
        raise NotFound(f"{path} is not a logs.db of llm: it has no responses.") from error
    except KeyError as error:
        raise NotFound(f"{path} is not a logs.db of llm: it has no column {error}.") from error


class _NotLogs(ValueError):
    """Another database."""


class _Logs:
    def __init__(self, db: sqlite3.Connection, model: str) -> None:
        self._db = db
        self._model = model
        self._tables = {
            row["name"]
            for row in self._rows("SELECT name FROM sqlite_master WHERE type='table'")
        }

    def _rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self._db.execute(query, values)]

    def conversations(self) -> Iterator[Conversation | ImportFault]:
        has_threads = {"threads", "turns", "messages", "parts"} <= self._tables
        has_responses = {"conversations", "responses"} <= self._tables
        if not (has_threads or has_responses):
            raise _NotLogs
        threads = self._rows("SELECT * FROM threads") if has_threads else []
        for thread in threads:
            yield from self._guarded(thread, "thread", self._thread)
        if has_responses:
            seen = {thread["id"] for thread in threads}
            for old in self._rows("SELECT * FROM conversations"):
                if old["id"] not in seen:
                    yield from self._guarded(old, "conversation", self._conversation)

    def _guarded(self, row: Row, kind: str, read: Any) -> Iterator[Conversation | ImportFault]:
        try:
            conversation: Conversation = read(row)
        except ValueError as error:
            yield ImportFault(f"{kind} {row['id']!r:.60}: {error}")
            return
        if conversation.turn_count:
            yield conversation

    # Until 0.31

    def _conversation(self, row: Row) -> Conversation:
        responses = self._rows(
            "SELECT * FROM responses WHERE conversation_id = ? ORDER BY datetime_utc, id",
            row["id"],
        )
        items: list[ForeignMessage] = []
        for response in responses:
            items += self._exchange(response, items[-1].id if items else None)
        created = items[0].at if items else ""
        system = next((self._system(response) for response in responses), None)
        source = ForeignConversation("llm", str(row["id"]), _text(row["name"]), created, system)
        return build_conversation(source, items, model=self._model)

    def _exchange(self, row: Row, before: str | None) -> Iterator[ForeignMessage]:
        id, at = str(row["id"]), read_time(row["datetime_utc"])
        attached = self._attached("prompt_attachments", "response_id", id)
        prompt = self._joined("prompt_fragments", id, row["prompt"])
        yield ForeignMessage(
            f"{id} prompt", before, "user", (*attached, text_block(prompt)), at
        )
        answer = (text_block(_text(row["response"])),)
        model = _text(row.get("resolved_model") or row["model"])
        yield ForeignMessage(id, f"{id} prompt", "assistant", answer, at, model, _usage(row))

    def _system(self, row: Row) -> str | None:
        return self._joined("system_fragments", row["id"], row["system"]) or None

    def _joined(self, table: str, response: str, own: object) -> str:
        """The text as llm sends it: the fragments, then what was typed."""
        parts = []
        if table in self._tables:
            query = (
                f"SELECT content FROM {table} JOIN fragments ON fragments.id = fragment_id "
                f'WHERE response_id = ? ORDER BY {table}."order"'
            )
            parts = [_text(found["content"]) for found in self._rows(query, response)]
        return "\n".join(filter(None, [*parts, _text(own)]))

    def _attached(self, table: str, key: str, id: object) -> list[Block]:
        if table not in self._tables:
            return []
        query = (
            f"SELECT attachments.* FROM {table} JOIN attachments "
            f'ON attachments.id = attachment_id WHERE {key} = ? ORDER BY {table}."order"'
        )
        return [_attachment(row) for row in self._rows(query, id)]

    # Since 0.32

    def _thread(self, row: Row) -> Conversation:
        turns = self._rows(
            "SELECT * FROM turns WHERE thread_id = ? ORDER BY datetime_utc, id", row["id"]
        )
        items: dict[object, ForeignMessage] = {}
        system = None
        for turn in turns:
            for message in self._chain(turn["tip_message_hash"], items):
                if message["role"] == "system" and system is None:
                    system = self._said(message["hash"]) or None
                items[message["hash"]] = self._item(message, turn)
        source = ForeignConversation(
            "llm",
            str(row["id"]),
            _text(row["name"]),
            read_time(turns[0]["datetime_utc"]) if turns else "",
            system,
            head=_text(row["tip_message_hash"]),
        )
        return build_conversation(source, items.values(), model=self._model)

    @cached_property
    def _messages(self) -> dict[object, dict[str, Any]]:
        return {row["hash"]: row for row in self._rows("SELECT * FROM messages")}

    def _chain(self, tip: object, known: Container[object]) -> list[dict[str, Any]]:
        """The messages up to this one that are not known yet, oldest first."""
        line: dict[object, dict[str, Any]] = {}  # also ends a cycle
        while tip in self._messages and tip not in known and tip not in line:
            line[tip] = self._messages[tip]
            tip = line[tip]["parent_hash"]
        return list(line.values())[::-1]

    def _item(self, message: Row, turn: Row) -> ForeignMessage:
        is_reply = message["role"] == "assistant"
        content: tuple[Block, ...] = ()
        if message["role"] in ("user", "assistant"):
            content = tuple(self._content(message["hash"], reply=is_reply))
        parent = message["parent_hash"]
        return ForeignMessage(
            str(message["hash"]),
            None if parent is None else str(parent),
            "assistant" if is_reply else "user",
            content,
            read_time(turn["datetime_utc"]),
            _text(turn.get("resolved_model") or turn["model"]) if is_reply else None,
            _usage(turn) if message["hash"] == turn["tip_message_hash"] else None,
        )

    def _content(self, hash: object, *, reply: bool) -> Iterator[Block]:
        for part in self._parts(hash):
            if part["type"] == "attachment" and not reply:
                yield from self._attached("part_attachments", "part_id", part["id"])
        yield text_block(self._said(hash))

    def _said(self, hash: object) -> str:
        return "".join(self._part_text(p) for p in self._parts(hash) if p["type"] == "text")

    def _parts(self, hash: object) -> list[dict[str, Any]]:
        return self._rows("SELECT * FROM parts WHERE message_hash = ? ORDER BY position", hash)

    def _part_text(self, part: Row) -> str:
        """Its own text, or that of its fragments, which are stored once."""
        if part["text"] is not None or not isinstance(part["payload"], str):
            return _text(part["text"])
        payload = read_json(part["payload"]) if part["payload"] else None
        pieces = payload.get("text_ref") if isinstance(payload, dict) else None
        if not isinstance(pieces, list):
            return ""
        return "".join(self._piece(piece) for piece in pieces if isinstance(piece, dict))

    def _piece(self, piece: Mapping[str, Any]) -> str:
        if "literal" in piece:
            return _text(piece["literal"])
        fragment = str(piece.get("fragment"))
        found = self._rows("SELECT content FROM fragments WHERE id = ?", fragment)
        return _text(found[0]["content"]) if found else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _usage(row: Row) -> Usage:
    return Usage.from_wire(row)


def _attachment(row: Row) -> Block:
    kind, content = _text(row["type"]), row["content"]
    block_type = "image" if kind in _PICTURES else "document"
    if isinstance(content, bytes) and (kind in _PICTURES or kind == "application/pdf"):
        data = base64.b64encode(content).decode("ascii")
        return {
            "type": block_type,
            "source": {"type": "base64", "media_type": kind, "data": data},
        }
    if kind in _PICTURES and _text(row["url"]):
        return {"type": "image", "source": {"type": "url", "url": row["url"]}}
    name = _text(row["path"]) or _text(row["url"]) or kind
    return text_block(f"[an attachment that the logs do not hold: {name}]\n")
