"""How full the model's context window is, and how much is probably in the prompt cache.

Both are computed from the branch's last reply. "Probably", because a server keeps a cached
prompt for 5 minutes after its last use, and does not say when it drops one earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from streamchat.app.requesting import read_prompt
from streamchat.app.session import Session
from streamchat.core.budget import expected_usage
from streamchat.core.formatting import format_size
from streamchat.core.messages import JsonObject, Usage
from streamchat.core.records import Turn
from streamchat.core.times import parse_time
from streamchat.core.web import describe_tools, most_searches

CACHE_S = 300.0
LONG_CACHE_S = 3600.0
NEAR_END = 0.8  # the share of the window at which a warning is due


@dataclass(frozen=True, slots=True)
class Context:
    """The size of the conversation after its last reply and of the model's window, in
    tokens."""

    tokens: int
    window: int

    @property
    def share(self) -> float:
        return self.tokens / self.window

    def format_share(self) -> str:
        """12% of 1M"""
        return f"{int(100 * self.share)}% of {format_size(self.window)}"


@dataclass(frozen=True, slots=True)
class Cached:
    """How many tokens are probably in the cache, and until when (seconds since the epoch)."""

    tokens: int
    until_s: float


def measure_context(session: Session) -> Context | None:
    """None before the first reply, and when the counts or the window are unknown."""
    usage = _last_usage(session)
    window = session.facts(session.conversation.model).window
    if usage is None or usage.prompt_tokens is None or window is None:
        return None
    return Context(usage.prompt_tokens + (usage.output_tokens or 0), window)


def measure_cache(session: Session) -> Cached | None:
    """None when nothing was cached, when it was cached for another model, system prompt or
    tools, or when it has expired."""
    reply, usage = session.conversation.last_reply, _last_usage(session)
    if reply is None or usage is None or not session.cache:
        return None
    used = usage.cache_read_input_tokens or usage.cache_creation_input_tokens
    model = reply.message.model or ""
    if not used or not model.startswith(session.conversation.model):
        return None
    signed = session.conversation.signed_settings(reply.id)
    now = (read_prompt(session).top, describe_tools(session.tools()))
    if (signed.system, signed.tools) != now:
        return None
    until_s = kept_until_s(reply)
    return Cached(usage.prompt_tokens or 0, until_s) if until_s > session.clock() else None


def kept_until_s(reply: Turn) -> float:
    """Until when a server keeps what the request of a reply put into its cache."""
    usage = reply.message.usage
    kept_s = LONG_CACHE_S if usage and usage.cache_1h_tokens else CACHE_S
    return (parse_time(reply.at) or 0.0) + kept_s  # an unreadable time is long ago


def expected(session: Session, input_tokens: int, tools: Iterable[JsonObject] = ()) -> Usage:
    """What a request with this many input tokens and these tools will probably use (see
    `budget`); all searches that it may make."""
    cached = measure_cache(session)
    path = session.conversation.path
    usage = expected_usage(
        input_tokens,
        cached_tokens=cached.tokens if cached else 0,
        caches=session.cache,
        replies=[turn.message.usage for turn in path if turn.role == "assistant"],
    )
    return replace(usage, web_searches=most_searches(tools) or None)


def warning(context: Context | None) -> str:
    """The line to show when the window is nearly full, or ""."""
    if context is None or context.share < NEAR_END:
        return ""
    return (
        f"This conversation fills {int(100 * context.share)}% of the model's context window"
        f" ({format_size(context.window)} tokens). /compact replaces it with a summary."
    )


def _last_usage(session: Session) -> Usage | None:
    reply = session.conversation.last_reply
    return reply.message.usage if reply else None
