"""`counting`: the next request in words and as an object, priced where prices are known."""

import asyncio

from fakes import MODEL, NOW_S, ScriptedSource, open_session
from streamchat.app.session import Session
from streamchat.app.token_count import TokenCount, count, format_token_count
from streamchat.core.budget import Budget
from streamchat.core.capabilities import ModelFacts
from streamchat.core.messages import Message, Usage, text_block


def dollar_a_million(model: str, usage: Usage) -> float:
    cached = (usage.cache_read_input_tokens or 0) / 10
    fresh = (usage.input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    return (fresh + cached + (usage.output_tokens or 0)) / 1_000_000


def talked() -> Session:
    session = open_session()
    session.budget = Budget(dollar_a_million)
    session.say("q")
    usage = Usage(0, 3000, 20_000, 40_000)
    reply = Message("assistant", (text_block("a"),), MODEL, "end_turn", usage, cost_usd=0.5)
    session.add(reply)
    return session


def counted(session: Session, tokens: int) -> str:
    source = ScriptedSource([], counts=[tokens])
    return format_token_count(asyncio.run(count(session, source, "more")), session)


def test_a_warm_cache_is_in_the_price_and_in_the_words() -> None:
    session = talked()
    session.clock = lambda: NOW_S + 61
    session.facts = lambda model: ModelFacts(model, window=1_000_000)
    size, price, cache, spent = counted(session, 70_000).splitlines()
    assert size == "The next request has 70,000 tokens, 7.0% of 1M."
    assert price == "It costs about $0.0160, or $0.0190 with an answer of 3,000 tokens."
    assert cache.startswith("About 60,000 of these are probably in the prompt cache")
    assert "for another 3 min 59 s (until " in cache
    assert spent == "Spent: this conversation $0.5000."


def test_the_searches_of_the_expected_answer_are_named() -> None:
    counted = TokenCount("m", 5, Usage(5, 1000, web_searches=8), 0.1, 0.25)
    assert counted.price == (
        "It costs about $0.1000, or $0.2500 with an answer of 1,000 tokens and 8 searches."
    )


def test_without_cache_prices_or_window_only_what_is_known_is_said() -> None:
    session = talked()
    session.cache, session.budget = False, Budget()
    assert counted(session, 5).splitlines() == [
        "The next request has 5 tokens.",
        "Its price is unknown.",
        "The prompt cache is not used.",
        "Spent: this conversation $0.5000.",
    ]


def test_where_nothing_is_billed_no_price_is_said() -> None:
    session = open_session()
    session.budget = Budget(dollar_a_million, billed=False)
    assert counted(session, 5) == "The next request has 5 tokens."


def test_the_object_for_programs() -> None:
    source = ScriptedSource([], counts=[1000])
    session = open_session()
    session.budget = Budget(dollar_a_million)
    assert asyncio.run(count(session, source)).to_dict() == {
        "type": "dry_run",
        "model": MODEL,
        "input_tokens": 1000,
        "input_cost_usd": 0.001,
        "expected_output_tokens": 1000,
        "expected_cost_usd": 0.002,
    }
