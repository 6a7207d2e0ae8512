"""Loads libraries and connects while the user types the first question."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from streamchat.app.session import Session
from streamchat.cli.wiring import load_prices
from streamchat.core.errors import ApiError
from streamchat.core.messages import JsonObject
from streamchat.models.facts import ModelLookup

if TYPE_CHECKING:
    from streamchat.api import ApiClient


async def ask_model_facts(source: ApiClient, model: str) -> JsonObject | None:
    """What the server says about a model. Raises ApiError."""
    info = await source.warm(model)
    return None if info is None else asdict(info)


@dataclass(slots=True)
class WarmUp:
    """Loads the SDK first, since the first question waits for nothing else; then the renderer;
    opens the connection, and learns what the model accepts. The prices come last, since nothing
    waits for them."""

    source: ApiClient
    session: Session
    learning: ModelLookup
    has_key: bool = True  # without one, nothing is asked
    _task: asyncio.Task[None] | None = field(default=None)

    def begin(self) -> None:
        """Called once the prompt is on the screen."""
        self._task = asyncio.get_running_loop().create_task(self._warm())

    def end(self) -> None:
        self.learning.end()
        if self._task is not None:
            self._task.cancel()

    async def _warm(self) -> None:
        from streamchat.render import preload

        with suppress(ApiError):  # the first request will report it
            await self.source.ready()
        threading.Thread(target=preload, daemon=True).start()
        self.learning.may_ask = self.has_key
        if self.has_key:
            await self._learn()
        load_prices(self.session)

    async def _learn(self) -> None:
        with suppress(ApiError):
            await self.learning.ask(self.session.conversation.model)
