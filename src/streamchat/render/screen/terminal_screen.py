"""The terminal between the prompts: implements the port Screen.

Owns what is printed outside a reply, and the reply that is being shown. All texts are
hostile; they are cleaned where they become rows.

Rule: whatever is printed while a reply arrives appears above its live rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TextIO

from streamchat.core.key_mask import mask_message
from streamchat.core.messages import Message
from streamchat.core.ports import ComparisonView, Copied, CopiedTo, TypeAhead, View
from streamchat.core.records import Turn
from streamchat.core.sanitize import clean
from streamchat.core.schema import shown_message
from streamchat.core.terminal import Terminal, read_terminal
from streamchat.core.terminal_answers import learn
from streamchat.core.theme import Appearance, Part
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.reply.answer import AnswerRows, TextRows
from streamchat.render.reply.asides import choose_marks, say_plainly
from streamchat.render.reply.replay import HistoryRows
from streamchat.render.reply.status import Price, StatusRow
from streamchat.render.rows import Row
from streamchat.render.screen.arriving import Arriving, Frame, Status
from streamchat.render.screen.attention import Attention
from streamchat.render.screen.console import build_console
from streamchat.render.screen.pen import RESTORE, SYNC_OFF
from streamchat.render.screen.plain_frame import PlainFrame
from streamchat.render.screen.reply_view import ReplyView
from streamchat.render.screen.scheduler import CallLater
from streamchat.render.screen.sink import Sink
from streamchat.render.screen.window import Size, WrittenRows, measure_window
from streamchat.render.style import Style, build_style


class TerminalScreen:
    """Made by `open_screen`. Beyond the port it has `resized`, `resting`, `restore`,
    `show_type_ahead`, and `appearance`, `stop_key` and `stop_one_key`, which may be set between
    replies."""

    def __init__(
        self,
        stdout: TextIO,
        *,
        environ: Mapping[str, str],
        clock: Callable[[], float],
        call_later: CallLater,
        appearance: Appearance,
        price: Price | None,
    ) -> None:
        self.appearance = appearance
        self.stop_key: Callable[[], str] = lambda: "Esc"
        self.stop_one_key: Callable[[], str] = lambda: "Esc"
        self.label: Callable[[Message | None], str] = lambda _: ""
        self.stamp: Callable[[], str] = str  # the time of day, below a compared answer
        self.mask: Callable[[str], str] = str  # for texts of other origin
        self._sink = Sink(stdout)
        self._environ = environ
        self._terminal = read_terminal(stdout, environ)
        self._size: Callable[[], Size] = lambda: measure_window(stdout, environ)
        self._clock, self._call_later, self._price = clock, call_later, price
        self._view: Frame | None = None
        self.attention = Attention(self.write, self._terminal)
        self._type_ahead: TypeAhead | None = None
        self._written = WrittenRows()

    @property
    def gone(self) -> OSError | None:
        """Why nothing can be shown any longer: the terminal was closed."""
        return self._sink.gone

    def learn(self, answer: str) -> Terminal:
        """Take in what the terminal says about itself; it applies from the next reply on."""
        self.attention.hear(answer)
        self._terminal = learn(self._terminal, answer)
        return self._terminal

    @property
    def look(self) -> Style:
        return build_style(self.appearance, self._terminal)

    def reply(self, *, model: str, trace: bool = False) -> View:
        look, size = self.look, self._size()
        if look.speaks:  # nothing else says which models are awaited
            self._say(f"{model} answers:", "notice")
        answer = AnswerRows(
            look=look, width=size.width, new_rows=_new_rows, clock=self._clock, trace=trace
        )
        status = StatusRow(
            model=model,
            now_s=self._clock(),
            look=look,
            price=self._price,
            stop_key=self.stop_key(),
        )
        frame = self._open_frame(answer, status, look, size)
        view = ReplyView(frame, answer, status, look=look, clock=self._clock, label=self.label)
        return self.attention.watch(view)

    def compare(self, labels: Sequence[str]) -> ComparisonView:
        """See ports.Screen."""
        from streamchat.render.compare.opening import open_comparison

        size, look = self._size(), self.look
        if look.speaks:
            self._say(f"{len(labels)} models answer:", "notice")
        shown = open_comparison(
            labels,
            lambda rows, status: self._open_frame(rows, status, look, size),
            look=look,
            width=size.width,
            is_live=self._terminal.is_live,
            new_rows=_new_rows,
            clock=self._clock,
            stop_key=self.stop_key(),
            stop_one_key=self.stop_one_key(),
            stamp=self.stamp,
        )
        return self.attention.watch_all(shown)

    def show_type_ahead(self, shown: TypeAhead | None) -> None:
        """Show what is typed below the reply that arrives, and below the next ones, until
        told otherwise. None shows nothing: no row, and the cursor is hidden."""
        self._type_ahead = shown
        if self._view is not None:
            self._view.show_type_ahead(shown)

    def banner(self, lines: list[str]) -> None:
        self._say("\n".join(lines), "notice")

    def notice(self, text: str) -> None:
        self._say(text, "notice")

    def error(self, text: str) -> None:
        mark = choose_marks(self.look).failed
        self._say(text, "error", first=mark, rest=" " * len(mark))

    def markdown(self, source: str) -> None:
        from streamchat.render.markdown.markdown_rows import (
            render,  # 60 ms, and not before the first prompt
        )

        source = say_plainly(self.mask(source), self.look)
        self._show(render(source, width=self._size().width, look=self.look))

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        replay, messages = self._replay(model), [shown_message(turn) for turn in turns]
        enough_rows = 2 * self._size().height
        await self._show_in_steps(
            replay.rows(messages) if whole else replay.recent(messages, enough_rows)
        )

    def print_history(self, turns: tuple[Turn, ...], *, model: str = "") -> None:
        """Print all turns without a pause, for a caller without other tasks."""
        for rows in self._replay(model).rows([shown_message(turn) for turn in turns]):
            self._show(rows)

    async def redraw(self, message: Message) -> None:
        """Print a reply (or a question) again, at the current width of the window."""
        await self._show_in_steps(self._replay().rows([message]))

    async def _show_in_steps(self, steps: Iterator[list[Row]]) -> None:
        for rows in steps:
            self._show(rows)
            await asyncio.sleep(0)

    def _replay(self, model: str = "") -> HistoryRows:
        width = self._size().width
        mask = partial(mask_message, mask=self.mask)
        return HistoryRows(self.look, width, _new_rows, self._clock, model, mask)

    async def copy(self, text: str) -> Copied | None:
        """Put a text on the clipboard. It is what is shown: a paste elsewhere must not
        control a shell."""
        from streamchat.render.screen.clipboard import (  # subprocess: 10 ms
            copy_by_program,
            copy_sequence,
        )

        shown = clean(self.mask(text), keeps_hints=True)
        copied = await asyncio.to_thread(copy_by_program, shown, self._environ)
        if copied is None and (sequence := copy_sequence(shown, self._terminal)):
            self.write(sequence)
            return Copied(CopiedTo.TERMINAL)
        return copied

    def resized(self) -> None:
        """The size of the window has changed (SIGWINCH), or the program was continued
        (SIGCONT)."""
        if self._view is not None:
            self._view.resized()

    def repaint(self) -> None:
        """Draw the live rows again (Ctrl-L)."""
        if self._view is not None:
            self._view.repaint()

    def write(self, sequence: str) -> None:
        """Write a sequence that does not change the screen's rows or the cursor."""
        self._sink.write(sequence)
        self._sink.flush()

    def restore(self) -> None:
        """Leave the terminal as the shell expects it. Safe at any moment, also in a signal
        handler or at exit. The live rows stay; `resized` continues below them."""
        self._give_back(self._view.leave() if self._view is not None else "")
        self.attention.restore()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """While entered, the terminal belongs to the shell (Ctrl-Z): the live rows are gone,
        and drawn again afterwards."""
        self._give_back(self._view.withdraw() if self._view is not None else "")
        yield
        self.resized()

    def _give_back(self, last: str) -> None:
        if self._terminal.is_live:
            sync_off = SYNC_OFF if self._terminal.traits.synchronizes else ""
            self._sink.write_now(last + sync_off + RESTORE)

    def _open_frame(self, answer: Arriving, status: Status, look: Style, size: Size) -> Frame:
        is_live = self._terminal.is_live
        live = self._live_frame(answer, status, look, size) if is_live else None
        self._view = live or self._plain_frame(answer, status, size)
        return self._view

    def _live_frame(
        self, answer: Arriving, status: Status, look: Style, size: Size
    ) -> Frame | None:
        """A frame that is painted; None if this release of rich cannot be used for it."""
        from streamchat.render.screen.live import LivePanel, can_paint  # 40 ms (rich)
        from streamchat.render.screen.live_frame import LiveFrame
        from streamchat.render.screen.painter import Painter

        console = build_console(self._sink, self._terminal, size)
        if not can_paint(console):
            return None
        painter = Painter(*size, traits=self._terminal.traits, written=self._written)
        return LiveFrame(
            panel=LivePanel(painter, console),
            painter=painter,
            answer=answer,
            status=status,
            look=look,
            size=self._size,
            clock=self._clock,
            call_later=self._call_later,
            on_close=self._forget_view,
            type_ahead=self._type_ahead,
        )

    def _plain_frame(self, answer: Arriving, status: Status, size: Size) -> Frame:
        return PlainFrame(
            write_rows=self._write,
            answer=answer,
            status=status,
            width=size.width,
            call_later=self._call_later,
            on_close=self._forget_view,
            says_once=self._terminal.is_accessible,
        )

    def _forget_view(self) -> None:
        self._view = None

    def _say(self, text: str, part: Part, *, first: str = "", rest: str = "") -> None:
        style = build_part_style(self.look, part)
        width = self._size().width
        text = say_plainly(self.mask(text), self.look)
        self._show(literal_rows(text, width, style=style, first=first, rest=rest))

    def _show(self, rows: list[Row]) -> None:
        if self._view is not None:
            self._view.show_above(rows)
        else:
            self._write(rows)

    def _write(self, rows: list[Row]) -> None:
        if rows:
            end = "\r\n" if self._terminal.is_live else "\n"
            self._sink.write("".join(row.text + end for row in rows))
            self._written.add(len(rows))
            self._sink.flush()


def _new_rows(width: int, look: Style) -> TextRows:
    from streamchat.render.markdown.markdown_rows import MarkdownRows  # 60 ms: not at start

    return MarkdownRows(width=width, look=look)
