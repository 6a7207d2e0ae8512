"""One reply in a frame: the ports' View."""

from __future__ import annotations

from collections.abc import Callable

from streamchat.core.events import Event, RawEvent, Retrying, TextDelta, ThinkingDelta
from streamchat.core.messages import Message
from streamchat.core.ports import Ending
from streamchat.render.reply.answer import AnswerRows
from streamchat.render.reply.closing import closing_rows
from streamchat.render.reply.status import StatusRow
from streamchat.render.rows import Row
from streamchat.render.screen.arriving import Frame
from streamchat.render.style import Style


class ReplyView:
    """Made by `Screen.reply`; the frame shows `answer` and `status`."""

    def __init__(
        self,
        frame: Frame,
        answer: AnswerRows,
        status: StatusRow,
        *,
        look: Style,
        clock: Callable[[], float],
        label: Callable[[Message | None], str] = lambda _: "",
    ) -> None:
        self._frame = frame
        self._answer, self._status = answer, status
        self._look, self._clock = look, clock
        self._label = label
        self._has_content = False

    def feed(self, event: Event) -> None:
        if isinstance(event, RawEvent) and not self._answer.traces:
            return  # every second event is a RawEvent
        self._status.feed(event, self._clock())
        self._answer.feed(event)
        is_content = isinstance(event, TextDelta | ThinkingDelta)
        is_first = is_content and not self._has_content
        self._has_content = self._has_content or is_content
        self._frame.changed(at_once=is_first)
        if isinstance(event, Retrying):
            wait = f"in {event.delay_s:.0f} s" if event.delay_s >= 0.5 else "at once"
            self._frame.tell(f"{event.reason.removesuffix('.')}; trying again {wait}")

    async def catch_up(self) -> None:
        await self._frame.catch_up()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        def last(width: int) -> list[Row]:
            return closing_rows(
                ending,
                message,
                seconds,
                look=self._look,
                width=width,
                after_blank=self._answer.ends_blank,
                label=self._label(message),
            )

        self._frame.finish(last)
