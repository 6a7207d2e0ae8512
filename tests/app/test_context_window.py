"""`context`: how full it is, and what is cached."""

from dataclasses import replace

import pytest

from fakes import MODEL, NOW_S, open_session
from streamchat.app.context_window import (
    CACHE_S,
    Cached,
    Context,
    expected,
    measure_cache,
    measure_context,
    warning,
)
from streamchat.app.session import Session
from streamchat.core.capabilities import ModelFacts
from streamchat.core.messages import Message, Usage, text_block

CACHING = Usage(100, 50, cache_creation_input_tokens=300, cache_read_input_tokens=550)


def after(
    usage: Usage | None, *, window: int | None = 10_000, cost: float | None = None
) -> Session:
    """A session whose last reply used that."""
    session = open_session()
    session.facts = lambda model: ModelFacts(model, window=window)
    session.say("q")
    content = (text_block("a"),)
    session.add(Message("assistant", content, MODEL, "end_turn", usage, cost_usd=cost))
    return session


def wait(session: Session, seconds: float) -> None:
    session.clock = lambda: NOW_S + seconds


def test_the_context_is_all_that_was_read_and_written_last() -> None:
    context = measure_context(after(CACHING))
    assert context == Context(1000, 10_000)
    assert context.format_share() == "10% of 10k"


@pytest.mark.parametrize(
    "session",
    [open_session(), after(None), after(Usage(output_tokens=5)), after(CACHING, window=None)],
)
def test_an_unknown_context_is_none(session: Session) -> None:
    assert measure_context(session) is None


def test_the_cache_is_warm_for_five_minutes() -> None:
    session = after(CACHING)
    assert measure_cache(session) == Cached(950, NOW_S + CACHE_S)
    wait(session, CACHE_S - 1)
    assert measure_cache(session) is not None
    wait(session, CACHE_S)
    assert measure_cache(session) is None


def test_what_was_not_cached_or_by_another_model_is_not_warm() -> None:
    assert measure_cache(open_session()) is None
    assert measure_cache(after(Usage(100, 50, 0, 0))) is None
    session = after(CACHING)
    session.cache = False
    assert measure_cache(session) is None
    session.cache = True
    session.change_model("another")
    assert measure_cache(session) is None


def test_a_warm_cache_makes_the_next_turn_cheaper() -> None:
    session = after(CACHING)
    assert expected(session, 1200) == Usage(0, 1000, 250, 950)
    wait(session, CACHE_S)
    assert expected(session, 1200) == Usage(0, 1000, 1200, 0)
    session.cache = False
    assert expected(session, 1200) == Usage(1200, 1000, 0, 0)


def test_a_record_whose_time_cannot_be_read_is_old() -> None:
    session = after(None)
    conversation = session.conversation
    reply = conversation.path[-1]
    message = replace(reply.message, usage=CACHING)
    conversation.apply(replace(reply, id="new", at="yesterday", message=message))
    assert measure_cache(session) is None
    assert measure_context(session) == Context(1000, 10_000)


@pytest.mark.parametrize(("tokens", "is_said"), [(799, False), (800, True), (1200, True)])
def test_the_end_is_near_at_four_fifths(tokens: int, is_said: bool) -> None:
    assert bool(warning(Context(tokens, 1000))) is is_said
    assert warning(None) == ""
