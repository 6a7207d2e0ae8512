"""Open blocks whose lines are taken as they are: fenced and indented code, HTML.

Each line is emitted when it comes, since nothing can change it.
`take` returns None for a line that is not the block's any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from streamchat.core.markdown.cursor import CODE_INDENT, LineCursor
from streamchat.core.markdown.leaves import CodeEnd, CodeLine, CodeStart, HtmlLine, LeafBlock

_closing_fence = re.compile(r"(`{3,}|~{3,})[ \t]*\Z")


class OpenFence:
    def __init__(self, fence: str, indent: int, info: str) -> None:
        self.fence = fence
        self.indent = indent
        self.info = info
        self.closed = False
        self._tentative = False

    def open(self, _line: LineCursor) -> Sequence[LeafBlock]:
        return (CodeStart(self.info),)

    def take(self, line: LineCursor) -> Sequence[LeafBlock]:
        if line.indent < CODE_INDENT:
            if self._closes(line):
                self.closed = True
                return self.close()
            if self._tentative and not line.content().strip(self.fence[0]):
                return ()
        line.dedent(self.indent)
        return (CodeLine(line.rest()),)

    def _closes(self, line: LineCursor) -> bool:
        if line.char != self.fence[0]:
            return False
        closing = _closing_fence.match(line.text, line.next)
        return closing is not None and len(closing[1]) >= len(self.fence)

    def close(self) -> Sequence[LeafBlock]:
        return (CodeEnd(),)

    def copy(self, _max_chars: int) -> OpenFence:
        """For a tail: its line is incomplete and not shown while it may still close."""
        copy = OpenFence(self.fence, self.indent, self.info)
        copy._tentative = True
        return copy


class OpenIndentedCode:
    closed = False  # only what follows ends it

    def __init__(self) -> None:
        self._held: list[str] = []  # blank lines: code only if code follows

    def open(self, line: LineCursor) -> Sequence[LeafBlock]:
        return (CodeStart(None), *(self.take(line) or ()))

    def take(self, line: LineCursor) -> Sequence[LeafBlock] | None:
        if line.indent < CODE_INDENT and not line.blank:
            return None
        blank = line.blank
        line.dedent(CODE_INDENT)
        self._held.append(line.rest())
        if blank:
            return ()
        lines, self._held = self._held, []
        return [CodeLine(text) for text in lines]

    def close(self) -> Sequence[LeafBlock]:
        return (CodeEnd(),)

    def copy(self, max_chars: int) -> OpenIndentedCode:
        copy = OpenIndentedCode()
        copy._held = [text[-max_chars:] for text in self._held[-max_chars:]]
        return copy


class OpenHtml:
    """An HTML block; `end` closes it within a line, None means that a blank line does."""

    def __init__(self, end: re.Pattern[str] | None) -> None:
        self.closed = False
        self._end = end
        self._first = True

    def open(self, line: LineCursor) -> Sequence[LeafBlock]:
        return self.take(line) or ()

    def take(self, line: LineCursor) -> Sequence[LeafBlock] | None:
        if self._end is None and line.blank:
            return None
        text = line.rest()
        self.closed = self._end is not None and self._end.search(text) is not None
        first, self._first = self._first, False
        return (HtmlLine(text, first),)

    def close(self) -> Sequence[LeafBlock]:
        return ()

    def copy(self, _max_chars: int) -> OpenHtml:
        copy = OpenHtml(self._end)
        copy._first = self._first
        return copy


OpenVerbatim: TypeAlias = OpenFence | OpenIndentedCode | OpenHtml
