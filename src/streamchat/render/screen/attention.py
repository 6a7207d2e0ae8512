"""Tells the user what happens while the window is out of sight: title and notification.

Rule: a notification comes only after a long answer, and only while the window is not known to
have the focus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from streamchat.core.events import Event, Retrying, TextDelta, ThinkingDelta
from streamchat.core.messages import Message
from streamchat.core.ports import ComparisonView, Ending, View
from streamchat.core.terminal import Terminal
from streamchat.core.window_signals import (
    FOCUS_CAME,
    FOCUS_WENT,
    Activity,
    format_notification,
    format_title,
    has_titles,
    keep_title,
    restore_title,
    surely_reports_focus,
)

LONG_S = 10.0
OFF, BELL = "off", "bell"  # values of the setting `notify`; the other one is auto


class Attention:
    """`title` gives that of the conversation, `shows_title` and `notify` are settings, asked
    each time."""

    def __init__(
        self,
        write: Callable[[str], None],
        terminal: Terminal,
        *,
        title: Callable[[], str] = str,
        shows_title: Callable[[], bool] = bool,
        notify: Callable[[], str] = lambda: OFF,
    ) -> None:
        self._write, self._terminal = write, terminal
        self._title, self._shows_title, self._notify = title, shows_title, notify
        self._has_focus = surely_reports_focus(terminal)  # somebody has just typed
        self._shown = ""  # the title of the window that we set last

    def hear(self, answer: str) -> None:
        """Take in what the terminal reports: whether its window has the focus."""
        if answer in (FOCUS_CAME, FOCUS_WENT):
            self._has_focus = answer == FOCUS_CAME

    def watch(self, view: View) -> View:
        """The view of a reply, whose progress the title shows."""
        self.show(Activity.WAITING)
        return _WatchedView(view, self, self.end)

    def watch_all(self, shown: ComparisonView) -> ComparisonView:
        """The same for replies that arrive together: they end when the last one does."""
        self.show(Activity.WAITING)
        return _WatchedComparison(shown, self)

    def show(self, activity: Activity) -> None:
        """Set the title of the window if it is another one."""
        if not (has_titles(self._terminal) and self._shows_title()):
            return
        wanted = format_title(self._title(), activity)
        if wanted != self._shown:
            self._write(wanted if self._shown else keep_title() + wanted)
            self._shown = wanted

    def end(self, seconds: float) -> None:
        """An answer has ended after that time."""
        self.show(Activity.IDLE)
        notify = self._notify()
        if seconds < LONG_S or self._has_focus or notify == OFF:
            return
        told = format_notification(self._title(), self._terminal, only_bell=notify == BELL)
        if told:
            self._write(told)

    def restore(self) -> None:
        """Give the window its own title back."""
        if self._shown:
            self._shown = ""
            self._write(restore_title())

    @contextmanager
    def resting(self) -> Iterator[None]:
        """While entered, the window has its own title."""
        shown = self._shown
        self.restore()
        yield
        if shown:
            self._write(keep_title() + shown)
            self._shown = shown


@dataclass(slots=True)
class _WatchedView:
    view: View
    attention: Attention
    on_close: Callable[[float], None]

    def feed(self, event: Event) -> None:
        match event:
            case TextDelta() | ThinkingDelta():
                self.attention.show(Activity.WRITING)
            case Retrying():
                self.attention.show(Activity.WAITING)
            case _:
                pass
        self.view.feed(event)

    async def catch_up(self) -> None:
        await self.view.catch_up()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, message, seconds)
        self.on_close(seconds)


class _WatchedComparison:
    def __init__(self, shown: ComparisonView, attention: Attention) -> None:
        self._shown, self._attention = shown, attention
        self._longest_s = 0.0
        self.views: Sequence[View] = [
            _WatchedView(view, attention, self._closed) for view in shown.views
        ]

    def _closed(self, seconds: float) -> None:
        if seconds > self._longest_s:  # not for NaN: an answer that was there before
            self._longest_s = seconds

    async def catch_up(self) -> None:
        await self._shown.catch_up()

    def close(self) -> None:
        self._shown.close()
        self._attention.end(self._longest_s)
