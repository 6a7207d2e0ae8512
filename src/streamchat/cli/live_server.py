"""The server of a running chat, which can change between two requests.

Rule: an old client is closed at the end, since a reply of it may still be on the screen.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from streamchat.app.repl import Repl
from streamchat.app.session import Session
from streamchat.cli.run import Run, require_key
from streamchat.cli.short_names import build_model_names
from streamchat.cli.warm_up import ask_model_facts
from streamchat.cli.wiring import build_budget, compares_requests, open_model_cache, server_name
from streamchat.cli.wiring.source import advice_on, mask_keys, open_source
from streamchat.models.facts import ModelLookup

if TYPE_CHECKING:
    from streamchat.api import ApiClient


@dataclass(slots=True)
class LiveServer:
    """`source` answers now; `learning` asks it what a model accepts."""

    session: Session
    repl: Repl
    source: ApiClient
    learning: ModelLookup | None = None
    _servers: ExitStack = field(default_factory=ExitStack)
    _old: list[ApiClient] = field(default_factory=list)

    def switch(self, run: Run) -> None:
        """Ask the server of that run from now on. Raises ConfigError, NoPermission; then
        nothing has changed."""
        require_key(run)
        source = self._servers.enter_context(open_source(run))
        self._old.append(self.source)
        self.source = source
        self.repl.source = mask_keys(run, self.session, source)
        self.repl.advice = partial(advice_on, run, source)
        self.session.server = server_name(run.settings)
        self.session.compares_requests = compares_requests(run.settings)
        self.session.model_names = build_model_names(run.settings, run.paths, run.env)
        self.session.budget.price = build_budget(run).price
        if self.learning is not None:
            self.learning.turn_to(partial(ask_model_facts, source), open_model_cache(run))

    async def aclose(self) -> None:
        """Close every client except the first, which is closed by its owner."""
        for source in [*self._old, self.source][1:]:
            await source.aclose()
        self._servers.close()
