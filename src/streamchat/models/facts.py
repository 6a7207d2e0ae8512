"""What is known about each model: what the server said within a day, else our own table.

Asks a server only through `ask_server`, once for each model, while the user types. Nothing
waits for the answer, and a server that does not answer changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from streamchat.core.capabilities import ModelFacts, facts_by_table
from streamchat.core.messages import JsonObject
from streamchat.models.cache import ModelCache

AskServer: TypeAlias = Callable[[str], Awaitable[JsonObject | None]]
"""Returns the server's object for a model id; None if it does not know the model."""


@dataclass(slots=True)
class ModelLookup:
    """Call it with a model id. `cache` is None with --no-save."""

    ask_server: AskServer
    cache: ModelCache | None
    may_ask: bool = False  # True once the prompt is on the screen: asking loads the SDK
    _known: dict[str, ModelFacts] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def __call__(self, model: str) -> ModelFacts:
        """What is known now. The server is asked about an unknown model, for the next call."""
        if model not in self._known:
            self._recall(model)
        if self.may_ask and model not in self._asked:
            self._asked.add(model)
            task = asyncio.get_running_loop().create_task(self.ask(model))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return self._known[model]

    def _recall(self, model: str) -> None:
        kept = self.cache.read(model) if self.cache else None
        if kept is None:
            self._known[model] = facts_by_table(model)
        else:
            self._known[model] = ModelFacts.read(model, kept)
            self._asked.add(model)

    async def ask(self, model: str) -> None:
        """Ask the server, even if the model is known. This also opens the connection."""
        self._asked.add(model)
        data = await self.ask_server(model)
        if data is not None:
            self._known[model] = ModelFacts.read(model, data)
            if self.cache:
                self.cache.write(model, data)

    def turn_to(self, ask_server: AskServer, cache: ModelCache | None) -> None:
        """Ask another server from now on; what the old one said is forgotten."""
        self.end()
        self.ask_server, self.cache = ask_server, cache
        self._known.clear()
        self._asked.clear()

    def end(self) -> None:
        for task in list(self._asking):
            task.cancel()
