"""Open blocks whose lines are taken as they are: fenced and indented code, HTML.

Each line is emitted when it comes, since nothing can change it.
`take` returns None for a line that no longer belongs to the block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from markdown_it.common.utils import unescapeAll

from streamchat.core.markdown.cursor import CODE_INDENT, LineCursor
from streamchat.core.markdown.leaves import CodeEnd, CodeLine, CodeStart, HtmlLine, LeafBlock

_closing_fence = re.compile(r"(`{3,}|~{3,})[ \t]*\Z")
_opening_fence = re.compile(r"(`{3,}+(?=[^`]*\Z)|~{3,}+)(.*)\Z")
_MARKDOWN = frozenset({"markdown", "md", "mdx"})
_word = re.compile(r"[^\s{},:.]+")


class Fence(NamedTuple):
    """A fence that is open. `marks` are its backticks or tildes."""

    marks: str
    info: str

    @property
    def holds_markdown(self) -> bool:
        word = _word.search(self.info)
        return word is not None and word[0].lower() in _MARKDOWN


def read_fence(line: LineCursor) -> Fence | None:
    """The fence that begins at `line.next`."""
    match = _opening_fence.match(line.text, line.next)
    return Fence(match[1], unescapeAll(match[2].strip(" \t"))) if match else None


class OpenFence:
    """Fenced code. Within a Markdown block, a fence with an info string opens an inner block,
    whose closing fence is code too: answers show whole files like this."""

    def __init__(self, fence: Fence, indent: int) -> None:
        self.indent = indent
        self.closed = False
        self._open = [fence]  # outermost first
        self._tentative = False

    def open(self, _line: LineCursor) -> Sequence[LeafBlock]:
        return (CodeStart(self._open[0].info),)

    def take(self, line: LineCursor) -> Sequence[LeafBlock]:
        if line.indent < CODE_INDENT:
            if self._closes(line):
                self._open.pop()
                if not self._open:
                    self.closed = True
                    return self.close()
            elif self._open[-1].holds_markdown and (inner := read_fence(line)) and inner.info:
                self._open.append(inner)
            elif self._tentative and not line.content().strip(self._open[-1].marks[0]):
                return ()
        line.dedent(self.indent)
        return (CodeLine(line.rest()),)

    def _closes(self, line: LineCursor) -> bool:
        marks = self._open[-1].marks
        if line.char != marks[0]:
            return False
        closing = _closing_fence.match(line.text, line.next)
        return closing is not None and len(closing[1]) >= len(marks)

    def close(self) -> Sequence[LeafBlock]:
        return (CodeEnd(is_open=self._tentative and not self.closed),)

    def copy(self, _max_chars: int) -> OpenFence:
        """For a tail: its line is incomplete and not shown while it may still close."""
        copy = OpenFence(self._open[0], self.indent)
        copy._open = self._open.copy()
        copy._tentative = True
        return copy


class OpenIndentedCode:
    closed = False  # only what follows ends it

    def __init__(self) -> None:
        self._held: list[str] = []  # blank lines: code only if code follows
        self._tentative = False

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
        return (CodeEnd(is_open=self._tentative),)

    def copy(self, max_chars: int) -> OpenIndentedCode:
        copy = OpenIndentedCode()
        copy._tentative = True
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
        return (HtmlLine(text, first, holds_text=self._end is None),)

    def close(self) -> Sequence[LeafBlock]:
        return ()

    def copy(self, _max_chars: int) -> OpenHtml:
        copy = OpenHtml(self._end)
        copy._first = self._first
        return copy


OpenVerbatim: TypeAlias = OpenFence | OpenIndentedCode | OpenHtml
