"""How long the cache is kept, and why a request missed it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes import MODEL, open_session
from streamchat.app.prompt_cache import CacheExplanation, choose_ttl
from streamchat.app.session import Session
from streamchat.core.budget import Budget
from streamchat.core.events import PENDING, CacheDiagnosis, Started, UsageUpdated
from streamchat.core.messages import Message, Usage, text_block
from streamchat.core.reply import ReplyFold
from streamchat.core.times import stamp

START = 1_790_000_000.0
CACHED = Usage(input_tokens=0, output_tokens=5, cache_creation_input_tokens=40_000)
MISSED = Usage(0, 5, cache_creation_input_tokens=41_000, cache_read_input_tokens=0)
READ = Usage(0, 5, cache_creation_input_tokens=50, cache_read_input_tokens=40_000)


def answered(usage: Usage | None, *, model: str = MODEL) -> Session:
    session = open_session()
    session.say("question")
    session.add(Message("assistant", (text_block("a"),), model, "end_turn", usage))
    return session


def explained(
    session: Session,
    usage: Usage | None,
    *,
    model: str = MODEL,
    change: Callable[[Session], object] = lambda _: None,
    diagnosis: CacheDiagnosis | None = None,
) -> str:
    """The line of the next exchange; `change` comes before the request."""
    cache = CacheExplanation(session)
    cache.note()
    change(session)
    session.say("more")
    cache.ask(session.request())
    started = Started("msg_2", model, usage or Usage(), None, diagnosis)
    cache.begin(started)
    fold = ReplyFold()
    fold.feed(started)
    if usage:
        fold.feed(UsageUpdated(usage))
    session.add(Message("assistant", (text_block("b"),), model, "end_turn", usage))
    cache.end(fold)
    return cache.line


def test_a_cache_that_was_read_needs_no_word() -> None:
    assert explained(answered(CACHED), READ) == ""
    assert explained(answered(None), MISSED) == ""
    assert explained(answered(Usage(10, 5)), MISSED) == ""
    assert explained(answered(CACHED), None) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s.conversation.configure(system="other"), "the system prompt changed"),
        (lambda s: s.conversation.use_tools(["web"]), "the tools changed"),
        (lambda s: s.conversation.use_citations(True), "citations were turned on or off"),  # noqa: FBT003
        (lambda s: s.conversation.undo(1), "earlier turns changed"),
        (lambda s: None, "for no known reason"),
    ],
)
def test_a_miss_names_what_changed(change: Callable[[Session], object], reason: str) -> None:
    line = explained(answered(CACHED), MISSED, change=change)
    assert line == f"cache missed: {reason}, 40k tokens"


def test_another_model_and_a_late_message_miss_it_too() -> None:
    assert "the model changed" in explained(answered(CACHED), MISSED, model="other")
    late = answered(CACHED)
    late.clock = lambda: START + 10**9
    assert "it had expired" in explained(late, MISSED)


def test_settings_that_are_part_of_the_prompt_are_named() -> None:
    session = answered(CACHED)
    assert explained(session, MISSED).startswith("cache missed: for no known reason")
    session.effort = "low"
    line = explained(session, MISSED)
    assert line == "cache missed: thinking, effort or the schema changed, 41k tokens"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (CacheDiagnosis("system_changed", 38_000), "the system prompt changed, 38k tokens"),
        (CacheDiagnosis("messages_changed", 2_000), "earlier turns changed, 2k tokens"),
        (CacheDiagnosis("tools_changed"), "the tools changed, 40k tokens"),
        (CacheDiagnosis("unavailable"), "for no known reason, 40k tokens"),
        (CacheDiagnosis(PENDING), "for no known reason, 40k tokens"),
        (CacheDiagnosis(), "the server no longer had it, 40k tokens"),
    ],
)
def test_the_word_of_the_server_comes_first(said: CacheDiagnosis, line: str) -> None:
    assert explained(answered(CACHED), MISSED, diagnosis=said) == f"cache missed: {line}"


def test_a_difference_that_costs_little_needs_no_word() -> None:
    said = CacheDiagnosis("messages_changed", 200)
    assert explained(answered(CACHED), READ, diagnosis=said) == ""


def test_what_the_request_no_longer_holds_was_not_missed() -> None:
    short = Usage(0, 5, cache_creation_input_tokens=2_000, cache_read_input_tokens=0)
    assert explained(answered(CACHED), short) == ""


def test_a_miss_has_its_price_also_for_an_hour() -> None:
    def price(_model: str, usage: Usage) -> float:
        long_kept = usage.cache_1h_tokens or 0
        written = (usage.cache_creation_input_tokens or 0) - long_kept
        return written * 4e-6 + long_kept * 8e-6 + (usage.cache_read_input_tokens or 0) * 1e-6

    session = answered(CACHED)
    session.budget = Budget(price)
    session.record(session.conversation.configure(system="other"))
    assert explained(session, MISSED).endswith("40k tokens, $0.1200")
    hour = answered(CACHED)
    hour.budget = Budget(price)
    assert explained(hour, replace(MISSED, cache_1h_tokens=41_000)).endswith("$0.2800")


def test_the_server_is_asked_to_compare_where_it_can() -> None:
    session = answered(CACHED)
    assert session.request().compared_with is None
    explained(session, READ, diagnosis=CacheDiagnosis())
    assert session.request().compared_with == ""
    message = Message("assistant", (text_block("c"),), MODEL, "end_turn", message_id="msg_3")
    session.add(message)
    assert session.request().compared_with == "msg_3"
    assert session.request(model="other").compared_with is None
    session.cache = False
    assert session.request().compared_with is None


@pytest.mark.parametrize(
    ("gaps_s", "ttl"),
    [
        ([], "5m"),
        ([60, 60], "5m"),
        ([600, 60, 900], "1h"),
        ([600, 60, 60], "5m"),
        ([7200], "5m"),
    ],
)
def test_auto_keeps_the_cache_for_an_hour_where_the_user_pauses(
    gaps_s: list[int], ttl: str
) -> None:
    session = open_session()
    now = START
    for gap in [0, *gaps_s]:
        now += gap
        message = Message("user", (text_block("x"),))
        session.conversation.append(message, session.new_id(), stamp(now))
    assert choose_ttl("auto", session) == ttl
    assert choose_ttl("1h", session) == "1h"
