"""Count and price the next request before it is sent: /tokens and --dry-run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from streamchat.app.context_window import expected, measure_cache
from streamchat.app.refused_parts import RefusedParts
from streamchat.app.session import Session
from streamchat.app.waiting import until_stopped
from streamchat.core.errors import ApiError
from streamchat.core.formatting import format_clock, format_price, format_size
from streamchat.core.messages import JsonObject, Message, Usage, text_block
from streamchat.core.ports import Reader, Source


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The size of a request, the price of its input, and the price with an average answer.
    None is an unknown price."""

    model: str
    tokens: int
    usage: Usage
    input_usd: float | None
    turn_usd: float | None
    remarks: tuple[str, ...] = ()  # about what the server refused to count

    def to_dict(self) -> JsonObject:
        """What `--dry-run --json` prints."""
        return {
            "type": "dry_run",
            "model": self.model,
            "input_tokens": self.tokens,
            "input_cost_usd": self.input_usd,
            "expected_output_tokens": self.usage.output_tokens,
            "expected_cost_usd": self.turn_usd,
        }

    @property
    def price(self) -> str:
        if self.input_usd is None or self.turn_usd is None:
            return "Its price is unknown."
        return (
            f"It costs about {format_price(self.input_usd)},"
            f" or {format_price(self.turn_usd)} with an answer of"
            f" {self.usage.output_tokens:,} tokens{_searches(self.usage.web_searches)}."
        )


def _searches(count: int | None) -> str:
    if not count:
        return ""
    return " and a search" if count == 1 else f" and {count} searches"


async def count_until_stopped(
    session: Session, source: Source, text: str, reader: Reader
) -> str:
    """The line about the next request; "" when the user stopped it. Raises ApiError."""
    counted = await until_stopped(count(session, source, text), reader)
    return format_token_count(counted.result, session) if counted else ""


async def count(session: Session, source: Source, text: str = "") -> TokenCount:
    """Count the next request, with `text` as its question. Raises ApiError."""
    question = Message("user", (*session.attached, text_block(text or "Go on.")))
    refused_parts = RefusedParts(session)
    while True:
        request = refused_parts.request(question)
        try:
            tokens = await source.count_tokens(request)
            break
        except ApiError as error:
            if not refused_parts.can_send_less(error):
                raise
    usage = expected(session, tokens, request.tools)
    price = session.budget.price
    reading = price(request.model, replace(usage, output_tokens=0, web_searches=None))
    expected_usd, remarks = price(request.model, usage), tuple(refused_parts.remarks)
    return TokenCount(request.model, tokens, usage, reading, expected_usd, remarks)


def format_token_count(counted: TokenCount, session: Session) -> str:
    """Everything that /tokens says, one line for each fact."""
    unit = "token" if counted.tokens == 1 else "tokens"
    lines = [f"The next request has {counted.tokens:,} {unit}{_share(counted, session)}."]
    if session.budget.billed:
        lines.append(counted.price)
    lines.append(_cache(session))
    lines += [_spent(session), *counted.remarks]
    return "\n".join(line for line in lines if line)


def _share(counted: TokenCount, session: Session) -> str:
    window = session.facts(counted.model).window
    if not window or counted.tokens < window / 1000:
        return ""
    return f", {100 * counted.tokens / window:.1f}% of {format_size(window)}"


def _cache(session: Session) -> str:
    if session.conversation.last_reply is None:
        return ""
    if not session.cache:
        return "The prompt cache is not used."
    cached = measure_cache(session)
    if cached is None:
        return "Probably none of it is in the prompt cache."
    minutes, seconds = divmod(int(cached.until_s - session.clock()), 60)
    return (
        f"About {cached.tokens:,} of these are probably in the prompt cache for another"
        f" {minutes} min {seconds:02} s (until {format_clock(cached.until_s)})."
    )


def _spent(session: Session) -> str:
    budget, cost = session.budget, session.conversation.cost_usd
    parts = [f"this conversation {format_price(cost)}"] if cost is not None else []
    if budget.spent_usd or budget.cap_usd is not None:
        parts.append(f"this session {budget.format_spent()}")
    return f"Spent: {', '.join(parts)}." if parts and budget.billed else ""
