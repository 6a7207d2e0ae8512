"""Views around the answers of a comparison: what the heading says is not said again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

from streamchat.core.events import Event, ModelSwitched, Started
from streamchat.core.messages import Message
from streamchat.core.ports import Ending, View


@dataclass(slots=True)
class UnderHeading:
    """Leaves out the line that names the model."""

    view: View

    def feed(self, event: Event) -> None:
        if not isinstance(event, ModelSwitched):
            self.view.feed(event)

    async def catch_up(self) -> None:
        await self.view.catch_up()

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, message, seconds)


@dataclass(slots=True)
class Nameless(UnderHeading):
    """Leaves out every name of the model, and how long the answer took unless `is_timed`."""

    is_timed: bool = True

    def feed(self, event: Event) -> None:
        match event:
            case ModelSwitched():
                pass
            case Started():
                self.view.feed(replace(event, model=""))
            case _:
                self.view.feed(event)

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.view.close(ending, message, seconds if self.is_timed else nan)
