"""Answers that are compared, in a frame: the port ComparisonView."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streamchat.core.events import Event, RawEvent
from streamchat.core.messages import Message
from streamchat.core.ports import Ending, View
from streamchat.render.compare.pane import Pane
from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.arriving import Arriving, Frame


class PaneView:
    """One of the answers: a View."""

    def __init__(self, pane: Pane, frame: Frame, clock: Callable[[], float]) -> None:
        self._pane, self._frame, self._clock = pane, frame, clock

    def feed(self, event: Event) -> None:
        if not isinstance(event, RawEvent):
            is_first = self._pane.feed(event, self._clock())
            self._frame.changed(at_once=is_first)

    async def catch_up(self) -> None:
        """Other answers may still be arriving: ComparedViews catches up with all of them."""
        self._pane.end()
        self._frame.changed()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self._pane.close(ending, message, seconds)
        self._frame.changed()


class ComparedViews:
    """Made by `Screen.compare`."""

    def __init__(
        self,
        panes: Sequence[Pane],
        frame: Frame,
        rows: Arriving,
        clock: Callable[[], float],
    ) -> None:
        self._frame, self._rows = frame, rows
        self.views: Sequence[View] = [PaneView(pane, frame, clock) for pane in panes]

    async def catch_up(self) -> None:
        await self._frame.catch_up()

    def close(self) -> None:
        self._frame.finish(self._last)

    def _last(self, _width: int) -> list[Row]:
        return [] if self._rows.ends_blank else [BLANK]
