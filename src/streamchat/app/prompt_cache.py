"""The prompt cache: how long to keep it, and why a request found nothing in it.

A server keeps what a request had in common with an earlier one: the tools, the system
prompt, the turns, in this order, for one model. What changed since the last reply is known
here, so a miss can be explained without asking the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from streamchat.app.context_window import CACHE_S, LONG_CACHE_S, measure_cache
from streamchat.app.session import Session
from streamchat.core.capabilities import is_same_model
from streamchat.core.conversation import Setup
from streamchat.core.formatting import format_price, format_size
from streamchat.core.messages import Usage
from streamchat.core.times import parse_time

_LEAST_TOKENS = 1024  # a smaller prefix is never cached
_GAPS = 6  # of the user's own turns, the last ones


@dataclass(frozen=True, slots=True)
class CacheBefore:
    """What was probably cached before a request, and under which setup."""

    tokens: int
    is_warm: bool
    model: str
    setup: Setup
    last_turn: str


def note_cache(session: Session) -> CacheBefore | None:
    """What the last reply left in the cache; None where nothing is worth a word."""
    reply = session.conversation.last_reply
    usage = reply.message.usage if reply else None
    if reply is None or usage is None or not session.cache:
        return None
    has_cached = usage.cache_read_input_tokens or usage.cache_creation_input_tokens
    tokens = usage.prompt_tokens or 0
    if not has_cached or tokens < _LEAST_TOKENS:
        return None
    return CacheBefore(
        tokens,
        measure_cache(session) is not None,
        reply.message.model or "",
        session.conversation.setup_of(reply.id),
        reply.id,
    )


def explain_cache(before: CacheBefore | None, session: Session, usage: Usage | None) -> str:
    """The line below an answer whose request missed the cache; "" when it was read."""
    if before is None or usage is None or usage.cache_read_input_tokens is None:
        return ""
    missed = before.tokens - usage.cache_read_input_tokens
    if missed < before.tokens / 2:
        return ""
    parts = [f"cache missed: {_reason(before, session)}", f"{format_size(missed)} tokens"]
    if (cost := _cost(session, missed)) is not None:
        parts.append(format_price(cost))
    return ", ".join(parts)


def _reason(before: CacheBefore, session: Session) -> str:
    conversation = session.conversation
    reply = conversation.last_reply
    model = (reply.message.model if reply else "") or conversation.model
    system, tools, cites, _ = before.setup
    if not is_same_model(before.model, model):
        return "the model changed"
    if tools != conversation.tools:
        return "the tools changed"
    if cites != conversation.cites:
        return "citations were switched"
    if system != conversation.system:
        return "the system prompt changed"
    if before.last_turn not in conversation.line():
        return "earlier turns changed"
    return "the turns were sent differently" if before.is_warm else "it had expired"


def _cost(session: Session, tokens: int) -> float | None:
    """What the tokens cost more than if they had been read from the cache."""
    model, price = session.conversation.model, session.budget.price
    zero = Usage(input_tokens=0, output_tokens=0, cache_read_input_tokens=0)
    written = price(model, Usage(0, 0, cache_creation_input_tokens=tokens))
    read = price(model, Usage(0, 0, cache_read_input_tokens=tokens))
    if written is None or read is None or price(model, zero) is None:
        return None
    return written - read


def choose_ttl(setting: str, session: Session) -> str:
    """How long to keep the cache: 5m or 1h. With "auto", an hour where the user mostly
    takes longer than five minutes, and less than an hour, between two messages."""
    if setting != "auto":
        return setting
    path = session.conversation.path
    times = [parse_time(turn.at) for turn in path if turn.role == "user"]
    known = [time for time in times if time is not None][-_GAPS - 1 :]
    gaps = [after - before for before, after in pairwise(known)]
    slow = sum(CACHE_S < gap < LONG_CACHE_S for gap in gaps)
    return "1h" if gaps and 2 * slow >= len(gaps) else "5m"
