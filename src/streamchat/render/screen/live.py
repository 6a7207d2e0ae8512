"""A `rich.live.Live` whose contents are painted by our painter.

Live keeps what it is good at: it hides and shows the cursor, redirects stdout and stderr,
and lets `console.print` appear above what is live. Only its way of drawing, erase all and
write all, is replaced: what it asks its live render for becomes the painter's string, as
one control segment that rich neither measures, crops nor changes.

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
from streamchat.render.screen.pen import SYNC_OFF, SYNC_ON


class LivePanel(Live):
    """`paint` frames; `stop(settled)` leaves only what settled, the cursor below it."""

    def __init__(self, painter: Painter, console: Console) -> None:
        super().__init__(console=console, auto_refresh=False, transient=True)
        self._painter = painter
        self._painted = _Painted(painter)
        self._live_render = self._painted

    def paint(self, settled: Sequence[Row], live: Sequence[Row]) -> None:
        """Show the next frame, in one write."""
        self._painted.live = live
        frame = self._painter.frame(settled, live)
        if frame:
            # What `refresh` would come to, without its way through rich's rendering, which
            # took a fifth of a frame.
            with self._lock:
                self.console.control(_raw(frame))

    def finish(self, settled: Sequence[Row]) -> None:
        """Settle the last rows and give the terminal back."""
        self._painted.live = ()
        self._painted.frame = self._painter.finish(settled)
        self.stop()

    def abandon(self) -> None:
        """Give the terminal back as it is, painting no more."""
        self._painted.live = ()
        self._painted.frame = self._painter.leave()
        self.stop()


class _Painted(LiveRender):
    """What Live asks where to put the cursor, and what to draw."""

    def __init__(self, painter: Painter) -> None:
        super().__init__("")
        self._painter = painter
        self.frame: str | None = None  # to be written by the refresh under way
        self.live: Sequence[Row] = ()

    @property
    def last_render_height(self) -> int:
        """None that Live would have to leave: the painter's cursor is where it should be."""
        return 0

    def position_cursor(self) -> Control:
        """Nothing for a frame of ours; for something printed above, make room."""
        if self.frame is not None:
            return Control()
        return _raw(SYNC_ON + self._painter.erase())

    def restore_cursor(self) -> Control:
        return Control()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.frame is None:
            text = self._painter.frame((), self.live) + SYNC_OFF
        else:
            text, self.frame = self.frame, None
        yield _raw(text).segment


def _raw(text: str) -> Control:
    """A control that rich writes as it is."""
    control = Control()
    control.segment = Segment(text, None, [(ControlType.CARRIAGE_RETURN,)])
    return control
