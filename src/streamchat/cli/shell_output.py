"""The output of a command: shown as it comes, and kept for the message.

Pure: bytes in, text out. What is shown cannot control the terminal: escape sequences are
removed, other control characters are made visible. A carriage return overwrites the row, as on
a terminal. What is kept is plain text: the beginning and the end, at most 100 KB.
"""

from __future__ import annotations

import codecs
import re
from collections import deque

from streamchat.core.sanitize import Sanitizer

MOST_KEPT_BYTES = 100_000
_HALF = MOST_KEPT_BYTES // 2
_LONGEST_ESCAPE = 4_096
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])"
)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?\Z")
_BACKSPACE = "\b"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NEW_ROW = "\r\x1b[K"


class CommandOutput:
    """`feed` returns what is to be shown; `text` is what was kept."""

    def __init__(self, *, has_escapes: bool) -> None:
        self._new_row = _NEW_ROW if has_escapes else "\n"
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._sanitizer = Sanitizer()
        self._held = ""  # an escape sequence or a carriage return that may be incomplete
        self._row = ""  # the last row, which a carriage return may overwrite
        self._head: list[str] = []
        self._head_bytes = 0
        self._tail: deque[str] = deque()
        self._tail_bytes = 0
        self._left_out_bytes = 0
        self.ends_a_row = True

    def feed(self, data: bytes, *, is_last: bool = False) -> str:
        text = self._held + self._decoder.decode(data, is_last)
        self._held = ""
        if not is_last:
            text, self._held = _without_begun(text)
        plain = _ESCAPES.sub("", text).replace("\r\n", "\n")
        shown = self._new_row.join(map(self._sanitizer.feed, plain.split("\r")))
        shown += self._sanitizer.close() if is_last else ""
        self._keep(plain)
        if is_last:
            self._keep_row(self._row)
            self._row = ""
        if shown:
            self.ends_a_row = shown.endswith("\n")
        return shown

    @property
    def text(self) -> str:
        """The beginning and the end, with a note in place of what is between."""
        head, tail = "".join(self._head), "".join(self._tail)
        if not self._left_out_bytes:
            return head + tail
        return f"{head}\n[{self._left_out_bytes:,} bytes left out]\n{tail}"

    def _keep(self, plain: str) -> None:
        """Keep rows in their final state."""
        *rows, self._row = (self._row + plain).split("\n")
        for row in rows:
            self._keep_row(row.rpartition("\r")[2] + "\n")
        self._row = self._row.rpartition("\r")[2]
        if len(self._row) > _HALF:
            self._keep_row(self._row)
            self._row = ""

    def _keep_row(self, row: str) -> None:
        body = row.removesuffix("\n")
        row = _as_read(body) + row[len(body) :]
        size = len(row.encode("utf-8", "replace"))
        if not self._tail and self._head_bytes + size <= _HALF:
            self._head.append(row)
            self._head_bytes += size
            return
        row = row.encode("utf-8", "replace")[-_HALF:].decode("utf-8", "ignore")
        kept = len(row.encode("utf-8", "replace"))
        self._left_out_bytes += size - kept
        self._tail.append(row)
        self._tail_bytes += kept
        while self._tail_bytes > _HALF:
            gone = len(self._tail.popleft().encode("utf-8", "replace"))
            self._tail_bytes -= gone
            self._left_out_bytes += gone


def _as_read(row: str) -> str:
    """The row without controls. Text after a backspace overwrites what was there."""
    if _BACKSPACE in row:
        read: list[str] = []
        at = 0
        for character in row:
            if character == _BACKSPACE:
                at = max(0, at - 1)
            else:
                read[at : at + 1] = character
                at += 1
        row = "".join(read)
    return _CONTROLS.sub("", row)


def _without_begun(text: str) -> tuple[str, str]:
    """The complete text, and what may be incomplete at its end."""
    if text.endswith("\r"):
        return text[:-1], "\r"
    found = _BEGUN.search(text, max(0, len(text) - _LONGEST_ESCAPE))
    return (text[: found.start()], found[0]) if found else (text, "")
