"""What is known of each model: what the server said, today or a moment ago, else the table.

Compose rank. The server is asked once for each model, behind the prompt: an answer is
never waited for, and an answer that does not come changes nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from streamchat.core.capabilities import ModelFacts, facts_by_table
from streamchat.models.cache import ModelCache

if TYPE_CHECKING:
    from streamchat.api import Api


@dataclass(slots=True)
class Learning:
    """Call it with a model. `cache` is None where nothing may be written."""

    source: Api
    cache: ModelCache | None
    may_ask: bool = False  # not before the prompt is on the screen: asking loads the SDK
    _known: dict[str, ModelFacts] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def __call__(self, model: str) -> ModelFacts:
        """What is known now; what is not, will be for the next question."""
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
        """Ask the server, whatever is known; this also opens the connection."""
        self._asked.add(model)
        info = await self.source.warm(model)
        if info is not None:
            data = asdict(info)
            self._known[model] = ModelFacts.read(model, data)
            if self.cache:
                self.cache.write(model, data)

    def end(self) -> None:
        for task in list(self._asking):
            task.cancel()
