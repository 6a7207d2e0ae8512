"""Recognises files of other programs by how they begin.

A plain list of messages is opened like a conversation; for all others, a message says how to
import them. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_BYTES = 1 << 16
_OURS = re.compile(rb'"streamchat"\s*:|\{\s*"type"\s*:\s*"(turn|partial|head|set)"')
_KINDS = (
    ("the logs of llm, or another database", re.compile(rb"\ASQLite format 3\0")),
    ("a zip file", re.compile(rb"\APK\x03\x04")),
    ("an export of claude.ai", re.compile(rb'\A\s*[\[{].*"chat_messages"\s*:', re.DOTALL)),
    ("an export of ChatGPT", re.compile(rb'\A\s*[\[{].*"mapping"\s*:', re.DOTALL)),
    (
        "a session of Claude Code",
        re.compile(rb'\A\s*\{.*"(sessionId|parentUuid|leafUuid)"\s*:'),
    ),
    (  # its first lines may be of another kind, such as a snapshot
        "a session of Claude Code",
        re.compile(rb'\A\s*\{[^\n]*\}\r?\n.*\{[^\n]*"(sessionId|parentUuid)"\s*:', re.DOTALL),
    ),
    ("a list of messages in lines", re.compile(rb'\A\s*\{\s*"role"\s*:')),
    ("a session of aichat", re.compile(rb"^(compressed_)?messages:\s*$", re.MULTILINE)),
)
_MESSAGES = re.compile(rb'\A(\xef\xbb\xbf)?\s*(\[|\{\s*"(messages|input|model|system)"\s*:)')


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """`name` says what it is; "" if it may be a list of messages."""

    name: str


def detect_foreign_format(head: bytes) -> ForeignFormat | None:
    """The format; None for a file of ours and for an unknown format."""
    if _OURS.search(head):
        return None
    for name, pattern in _KINDS:
        if pattern.search(head):
            return ForeignFormat(name)
    return ForeignFormat("") if _MESSAGES.match(head) else None
