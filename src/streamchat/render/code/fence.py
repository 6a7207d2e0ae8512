"""An open code block: lines in, coloured lines out once they are settled.

Owns the hold-back. Must not know rows or containers.
Rule: lines are lexed in windows whose bounds depend on line numbers alone (each adds
BATCH lines behind LAG held ones, and settles the first BATCH), so how the code arrived
cannot change a colour. If a lexer needs more than the LAG lines after a line, it colours that
line as if the block ended there, whether the code streams or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamchat.render.cells import TAB_CELLS
from streamchat.render.code.languages import lexer_for, parse_language
from streamchat.render.spans import Line, Span
from streamchat.render.style import Depth, Palette
from streamchat.render.work_counter import WorkCounter

if TYPE_CHECKING:
    from streamchat.render.code.lexing import LexedLine, LineLexer, Mark
    from streamchat.render.code.token_styles import Colours

LAG = 4
BATCH = 4
COLOURED_MAX = 300  # characters; a longer line is not meant to be read


class OpenCode:
    """Code in no known language: every line is settled as it comes."""

    def feed(self, text: str) -> list[Line]:
        return [[Span(text.expandtabs(TAB_CELLS))]]

    def close(self) -> list[Line]:
        return []

    def branch(self) -> OpenCode:
        return self


class ColouredCode(OpenCode):
    def __init__(self, lexer: LineLexer, live_lexer: LineLexer, colours: Colours) -> None:
        """Two instances of one lexer: if the one for the live view gives up, lines still
        settle in colour."""
        self._lexer, self._live_lexer = lexer, live_lexer
        self._colours = colours
        self._mark = lexer.start()
        self._held: list[str] = []
        # What the held lines look like so far, for the live view only. It may be
        # behind, and is brought up to date when it is asked for.
        self._ahead: list[LexedLine] = []
        self._shown: list[Line] = []

    def feed(self, text: str) -> list[Line]:
        self._held.append(text)
        return self._settle(BATCH) if len(self._held) == LAG + BATCH else []

    def close(self) -> list[Line]:
        return self._settle(len(self._held))

    def branch(self) -> OpenCode:
        mark = self._ahead[-1].mark if self._ahead else self._mark
        for text in self._held[len(self._ahead) :]:
            lexed = lexed_line(self._live_lexer, mark, text)
            self._ahead.append(lexed)
            mark = lexed.mark
        known = len(self._shown)
        self._shown += map(self._colours.line, self._held[known:], self._ahead[known:])
        return _Unsettled(self._live_lexer, self._colours, mark, self._shown.copy())

    def _settle(self, count: int) -> list[Line]:
        if not count:
            return []
        lexed = self._lexer.lex(self._mark, list(map(lexable, self._held)))
        settled, self._held = self._held[:count], self._held[count:]
        self._mark, self._ahead, self._shown = lexed[count - 1].mark, lexed[count:], []
        return list(map(self._colours.line, settled, lexed[:count]))


class _Unsettled(OpenCode):
    """The held lines and the one being written, for the live view."""

    def __init__(
        self, lexer: LineLexer, colours: Colours, mark: Mark, lines: list[Line]
    ) -> None:
        self._lexer = lexer
        self._colours = colours
        self._mark = mark
        self._lines = lines

    def feed(self, text: str) -> list[Line]:
        lexed = lexed_line(self._lexer, self._mark, text)
        self._lines.append(self._colours.line(text, lexed))
        self._mark = lexed.mark
        return []

    def close(self) -> list[Line]:
        lines, self._lines = self._lines, []
        return lines


def lexable(text: str) -> str:
    return text if len(text) <= COLOURED_MAX else ""


def lexed_line(lexer: LineLexer, mark: Mark, text: str) -> LexedLine:
    return lexer.lex(mark, [lexable(text)])[0]


class CodeBlocks:
    """Opens code blocks; the first coloured one loads pygments (10 ms) and its lexer."""

    def __init__(self, palette: Palette) -> None:
        self.work, self.live_work = WorkCounter(), WorkCounter()
        self._palette = palette
        self._colours: Colours | None = None

    def begin(self, info: str | None) -> OpenCode:
        if self._palette.look.depth is Depth.NOTHING:
            return OpenCode()
        lexer = lexer_for(parse_language(info))
        if lexer is None:
            return OpenCode()
        from streamchat.render.code.lexing import LineLexer
        from streamchat.render.code.token_styles import Colours

        self._colours = self._colours or Colours(self._palette)
        return ColouredCode(
            LineLexer(lexer, self.work), LineLexer(lexer, self.live_work), self._colours
        )
