"""One source line and how far it has been read, in characters and in columns.

Tabs are not expanded: they advance to the next multiple of four columns, and a container
may take a part of one. `indent`, `next` and `char` always describe what lies ahead.
"""

from __future__ import annotations

import re

TAB_STOP = 4
CODE_INDENT = 4

_blanks = re.compile(r"[ \t]*")


class LineCursor:
    __slots__ = (
        "_inside_tab",
        "char",
        "column",
        "indent",
        "next",
        "no_rule_before",
        "offset",
        "text",
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self.column = 0
        self._inside_tab = False
        self.no_rule_before = 0  # up to here a thematic break is known not to start
        self._look()

    def _look(self) -> None:
        match = _blanks.match(self.text, self.offset)
        assert match is not None
        self.next = match.end()  # the first character that is not a blank
        self.char = self.text[self.next : self.next + 1]  # empty at the line's end
        blanks = match[0]
        self.indent = len(blanks)  # in columns
        if "\t" in blanks:
            self.indent = _columns(blanks, self.column)

    @property
    def blank(self) -> bool:
        return not self.char

    def skip(self, characters: int) -> None:
        """Read the indentation and `characters` after it."""
        self.column += self.indent + characters
        self.offset = self.next + characters
        self._inside_tab = False
        self._look()

    def dedent(self, columns: int) -> None:
        """Read at most `columns` of indentation."""
        columns = min(columns, self.indent)
        self.indent -= columns
        goal = self.column + columns
        while self.column < goal:
            width = 1
            if self.text[self.offset] == "\t":
                width = TAB_STOP - self.column % TAB_STOP
            if self.column + width > goal:
                self.column = goal
                self._inside_tab = True
                return
            self.column += width
            self.offset += 1
            self._inside_tab = False

    def rest(self) -> str:
        """What is unread, with the unread part of a tab as spaces."""
        if not self._inside_tab:
            return self.text[self.offset :]
        spaces = TAB_STOP - self.column % TAB_STOP
        return " " * spaces + self.text[self.offset + 1 :]

    def content(self) -> str:
        """What is unread, without its indentation."""
        return self.text[self.next :]


def _columns(blanks: str, column: int) -> int:
    end = column
    for blank in blanks:
        end += TAB_STOP - end % TAB_STOP if blank == "\t" else 1
    return end - column
