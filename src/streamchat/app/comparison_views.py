"""Views of compared answers, which do not repeat what the heading says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

from streamchat.app.view_wrappers import ViewWrapper
from streamchat.core.events import BlockStarted, Event, ModelSwitched, Started, ThinkingDelta
from streamchat.core.messages import THINKING_TYPES, Message
from streamchat.core.ports import Ending


@dataclass(slots=True)
class UnderHeading(ViewWrapper):
    """Leaves out the line that names the model."""

    def feed(self, event: Event) -> None:
        if not isinstance(event, ModelSwitched):
            self.view.feed(event)


@dataclass(slots=True)
class Nameless(UnderHeading):
    """Leaves out every name of the model, and unless `is_timed` how long it took."""

    is_timed: bool = True

    def feed(self, event: Event) -> None:
        match event:
            case ModelSwitched():
                pass
            case ThinkingDelta() if not self.is_timed:  # its line says how long it took
                pass
            case BlockStarted(kind=kind) if kind in THINKING_TYPES and not self.is_timed:
                pass
            case Started():
                self.view.feed(replace(event, model=""))
            case _:
                self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, message, seconds if self.is_timed else nan)
