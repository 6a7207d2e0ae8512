"""Views that wrap another view and change what it shows: values whole, retries as lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from streamchat.app.stderr_notes import Notes
from streamchat.core.citations import Citations
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    ModelSwitched,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.messages import THINKING_TYPES, Message
from streamchat.core.ports import Ending, View
from streamchat.core.schema import Shape, format_value
from streamchat.core.web import tool_error


@dataclass(slots=True)
class ViewWrapper:
    """A view that does what `view` does."""

    view: View

    def feed(self, event: Event) -> None:
        self.view.feed(event)

    async def catch_up(self) -> None:
        await self.view.catch_up()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, message, seconds)


@dataclass(slots=True)
class ShownValue(ViewWrapper):
    """Shows a JSON value on a terminal once it is complete, as a table or as code."""

    _pieces: list[str] = field(default_factory=list)

    def feed(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._pieces.append(text)
            case Finished():
                self._show()
                self.view.feed(event)
            case _:
                self.view.feed(event)

    async def catch_up(self) -> None:
        self._show()
        await self.view.catch_up()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self._show()
        self.view.close(ending, message, seconds)

    def _show(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if text.strip():
            self.view.feed(TextDelta(format_value(text)))


@dataclass(slots=True)
class OnceStarted(ViewWrapper):
    """Calls `act` when the reply begins; the request has been sent, so `act` does not delay
    it."""

    act: Callable[[], None]
    _is_started: bool = False

    def feed(self, event: Event) -> None:
        if not self._is_started and isinstance(event, Started):
            self._is_started = True
            self.act()
        self.view.feed(event)


@dataclass(slots=True)
class WithSources(ViewWrapper):
    """Writes the marks of citations into the text, and the numbered sources below it."""

    _citations: Citations = field(default_factory=Citations)

    def feed(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                shown = self._citations.text(text)
                if shown != text:
                    self._show(shown)
                    return
            case BlockStopped(block=block):
                self._show(self._citations.end_block(block))
            case BlockStarted():  # some servers send no end of a block
                self._show(self._citations.end_block())
            case Finished(message) if message.stop_reason != "pause_turn":
                self._list()
            case _:
                pass
        self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self._list()
        self.view.close(ending, message, seconds)

    def _list(self) -> None:
        self._show(self._citations.end_block())
        self._show(self._citations.list())
        self._citations.sources.clear()

    def _show(self, text: str) -> None:
        if text:
            self.view.feed(TextDelta(text))


@dataclass(slots=True)
class OnlyTheAnswer(ViewWrapper):
    """Leaves out thinking, tool blocks, figures and which model answers."""

    def feed(self, event: Event) -> None:
        match event:
            case ThinkingDelta() | BlockStopped() | ModelSwitched():
                pass
            case BlockStarted(kind=kind) if kind in THINKING_TYPES:
                pass
            case _:
                self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, None, seconds)


@dataclass(slots=True)
class SayingRetries(ViewWrapper):
    """Says a line for retries, other models and failed searches, which the view leaves out."""

    say: Callable[[str], None]

    def feed(self, event: Event) -> None:
        match event:
            case ModelSwitched(reason=reason) if reason:  # else /retry has reported it
                self.say(event.line)
            case Retrying(_, delay_s, reason):
                self.say(f"{reason} Trying again in {delay_s:.1f} s.")
            case BlockStopped(block=block):
                self.say(tool_error(block))
            case _:
                pass
        self.view.feed(event)


@dataclass(slots=True)
class NotesBelow(ViewWrapper):
    """The text of an answer on a terminal that also shows the notes: a note that comes while
    the text arrives follows it."""

    notes: Notes

    def feed(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self.notes.hold()
        self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        try:
            self.view.close(ending, message, seconds)
        finally:
            self.notes.release()


def frame_for_terminal(view: View, shape: Shape | None) -> View:
    """The view of a terminal, with what a chat shows besides the text."""
    return ShownValue(view) if shape else WithSources(view)
