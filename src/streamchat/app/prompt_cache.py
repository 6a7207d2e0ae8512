"""The prompt cache: how long to keep it, and why a request found nothing in it.

A server keeps what a request had in common with an earlier one: the tools, the system
prompt, the turns, in this order, for one model. Some servers compare a request with the one
before and say why it missed; elsewhere, what changed since the last reply is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from streamchat.app.context_window import CACHE_S, LONG_CACHE_S, kept_until_s
from streamchat.app.requesting import read_prompt
from streamchat.app.session import Session
from streamchat.core.capabilities import is_same_model
from streamchat.core.conversation import SignedSettings
from streamchat.core.events import CacheDiagnosis, Started
from streamchat.core.formatting import format_price, format_size
from streamchat.core.messages import Request, Usage
from streamchat.core.reply import ReplyFold
from streamchat.core.times import parse_time

_LEAST_TOKENS = 1024  # less is not worth mentioning
_GAPS = 6  # of the user's own turns, the last ones
_REASONS = {  # the API's words, and ours
    "model_changed": "the model changed",
    "tools_changed": "the tools changed",
    "system_changed": "the system prompt changed",
    "messages_changed": "earlier turns changed",
}


@dataclass(frozen=True, slots=True)
class _Before:
    """What was probably cached before a request, and what it was cached for."""

    tokens: int
    is_warm: bool
    model: str
    signed: SignedSettings
    last_turn: str
    how_asked: tuple[object, ...]


@dataclass(slots=True)
class CacheExplanation:
    """Why a reply's request missed the cache: by the server's word, or by what we know has
    changed. `line` is "" when the cache was read, or nothing was in it."""

    session: Session
    line: str = ""
    _before: _Before | None = None
    _diagnosis: CacheDiagnosis | None = None

    def note(self) -> None:
        """Before the request."""
        self._before = _note(self.session)

    def ask(self, request: Request) -> None:
        self.session.how_asked = (request.thinking, request.effort, request.schema)

    def begin(self, started: Started) -> None:
        """The server took the request."""
        if self.session.compares_requests is not False:
            self.session.compares_requests = True if started.diagnosis else None
        self._diagnosis = started.diagnosis

    def end(self, reply: ReplyFold) -> None:
        """The reply has ended; its continuation after a pause is not explained again."""
        before, self._before = self._before, None
        usage = reply.usage_so_far()
        if before and usage and usage.cache_read_input_tokens is not None:
            self.line = self._explain(before, usage, reply.model or before.model)

    def _explain(self, before: _Before, usage: Usage, model: str) -> str:
        prompt_tokens = usage.prompt_tokens or 0
        missed = min(before.tokens, prompt_tokens) - (usage.cache_read_input_tokens or 0)
        diagnosis = self._diagnosis or CacheDiagnosis()
        if reason := _REASONS.get(diagnosis.reason):
            said = diagnosis.missed_tokens
            missed = missed if said is None else min(said, prompt_tokens)
        elif missed >= before.tokens / 2:
            reason = self._guess(before, model)
        if not reason or missed < _LEAST_TOKENS:
            return ""
        parts = [f"cache missed: {reason}", f"{format_size(missed)} tokens"]
        kept_1h = bool(usage.cache_1h_tokens)
        if (cost := _cost(self.session, model, missed, kept_1h=kept_1h)) is not None:
            parts.append(format_price(cost))
        return ", ".join(parts)

    def _guess(self, before: _Before, model: str) -> str:
        conversation = self.session.conversation
        signed = before.signed
        now = read_prompt(self.session)
        if not is_same_model(before.model, model):
            return _REASONS["model_changed"]
        if signed.tools != conversation.tools:
            return _REASONS["tools_changed"]
        if signed.cites != conversation.cites:
            return "citations were turned on or off"
        if signed.system != now.top:
            return _REASONS["system_changed"]
        if before.how_asked and before.how_asked != self.session.how_asked:
            return "thinking, effort or the schema changed"
        if before.last_turn not in conversation.line():
            return _REASONS["messages_changed"]
        if not before.is_warm:
            return "it had expired"
        is_same = self._diagnosis == CacheDiagnosis()
        return "the server no longer had it" if is_same else "for no known reason"


def _note(session: Session) -> _Before | None:
    """What the last reply left in the cache; None if that is too little to mention."""
    reply = session.conversation.last_reply
    usage = reply.message.usage if reply else None
    if reply is None or usage is None or not session.cache:
        return None
    has_cached = usage.cache_read_input_tokens or usage.cache_creation_input_tokens
    tokens = usage.prompt_tokens or 0
    if not has_cached or tokens < _LEAST_TOKENS:
        return None
    return _Before(
        tokens,
        kept_until_s(reply) > session.clock(),
        reply.message.model or "",
        session.conversation.signed_settings(reply.id),
        reply.id,
        session.how_asked,
    )


def _cost(session: Session, model: str, tokens: int, *, kept_1h: bool) -> float | None:
    """What the tokens cost in addition to the price of reading them from the cache."""
    price, long_kept = session.budget.price, tokens if kept_1h else None
    cached = Usage(0, 0, cache_creation_input_tokens=tokens, cache_1h_tokens=long_kept)
    written = price(model, cached)
    read = price(model, Usage(0, 0, cache_read_input_tokens=tokens))
    return None if written is None or read is None else written - read


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
