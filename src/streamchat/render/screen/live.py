"""A `rich.live.Live` whose contents are painted by our painter.

Live hides the cursor and shows it again, redirects stdout and stderr, and lets `console.print`
appear above the live region. Only its way of drawing (erase everything, write everything) is
replaced: its live render yields the painter's string as one control segment, which rich does
not measure, crop or change.

Rule: one write per frame; none when nothing changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.live import Live
from rich.live_render import LiveRender
from rich.segment import ControlType, Segment

from streamchat.render.rows import Row
from streamchat.render.screen.painter import Painter


def can_paint(console: Console) -> bool:
    """Whether this release of rich has the two private names that `LivePanel` replaces."""
    live = Live(console=console, auto_refresh=False)
    return hasattr(live, "_live_render") and hasattr(live, "_lock")


class LivePanel(Live):
    """`paint` frames; `finish` leaves only what settled, the cursor below it."""

    def __init__(self, painter: Painter, console: Console) -> None:
        super().__init__(console=console, auto_refresh=False, transient=True)
        self._painter = painter
        self._painted = _Painted(painter)
        self._live_render = self._painted

    def paint(
        self, settled: Sequence[Row], live: Sequence[Row], caret: Row | None = None
    ) -> None:
        """Show the next frame, in one write."""
        self._painted.live, self._painted.caret = live, caret
        frame = self._painter.frame(settled, live, caret)
        if frame:
            # The same as `refresh`, but past rich's rendering, which took a fifth of a frame.
            with self._lock:
                self.console.file.write(frame)
                self.console.file.flush()

    def finish(self, settled: Sequence[Row]) -> None:
        """Settle the last rows and give the terminal back."""
        self._painted.live, self._painted.caret = (), None
        self._painted.frame = self._painter.finish(settled)
        self.stop()

    def abandon(self) -> None:
        """Give the terminal back as it is and paint no more."""
        self._painted.live, self._painted.caret = (), None
        self._painted.frame = self._painter.leave()
        self.stop()


class _Painted(LiveRender):
    """Tells Live where to put the cursor and what to draw."""

    def __init__(self, painter: Painter) -> None:
        super().__init__("")
        self._painter = painter
        self.frame: str | None = None  # what the current refresh writes
        self.live: Sequence[Row] = ()
        self.caret: Row | None = None

    @property
    def last_render_height(self) -> int:
        """Zero: Live has no rows to erase, because the painter moves the cursor."""
        return 0

    def position_cursor(self) -> Control:
        """Nothing if a frame of ours follows; otherwise make room for what is printed
        above."""
        if self.frame is not None:
            return Control()
        return _raw(self._painter.begin_update() + self._painter.erase())

    def restore_cursor(self) -> Control:
        return Control()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.frame is None:
            frame = self._painter.frame((), self.live, self.caret)
            text = frame + self._painter.end_update()
        else:
            text, self.frame = self.frame, None
        yield _raw(text).segment


def _raw(text: str) -> Control:
    """The text as a control, which rich writes unchanged."""
    control = Control()
    control.segment = Segment(text, None, [(ControlType.CARRIAGE_RETURN,)])
    return control
