"""How long the cache is kept, and why a request missed it."""

import pytest

from fakes import MODEL, open_session
from streamchat.app.prompt_cache import choose_ttl, explain_cache, note_cache
from streamchat.app.session import Session
from streamchat.core.budget import Budget
from streamchat.core.messages import Message, Usage, text_block
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


def again(session: Session, usage: Usage | None, *, model: str = MODEL) -> str:
    before = note_cache(session)
    session.say("more")
    session.add(Message("assistant", (text_block("b"),), model, "end_turn", usage))
    return explain_cache(before, session, usage)


def test_a_cache_that_was_read_needs_no_word() -> None:
    assert again(answered(CACHED), READ) == ""
    assert again(answered(None), MISSED) == ""
    assert again(answered(Usage(10, 5)), MISSED) == ""
    assert again(answered(CACHED), None) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s.conversation.configure(system="other"), "the system prompt changed"),
        (lambda s: s.conversation.use_tools(["web"]), "the tools changed"),
        (lambda s: s.conversation.undo(1), "earlier turns changed"),
        (lambda s: None, "the turns were sent differently"),
    ],
)
def test_a_miss_names_what_changed(change: object, reason: str) -> None:
    session = answered(CACHED)
    before = note_cache(session)
    change(session)  # type: ignore[operator]
    session.say("more")
    session.add(Message("assistant", (text_block("b"),), MODEL, "end_turn", MISSED))
    assert explain_cache(before, session, MISSED) == f"cache missed: {reason}, 40K tokens"


def test_another_model_and_a_late_message_miss_it_too() -> None:
    assert "the model changed" in again(answered(CACHED), MISSED, model="other")
    late = answered(CACHED)
    late.clock = lambda: START + 10**9
    assert "it had expired" in again(late, MISSED)


def test_a_miss_has_its_price() -> None:
    session = answered(CACHED)
    session.budget = Budget(
        lambda _model, usage: (
            (usage.cache_creation_input_tokens or 0) * 4e-6
            + (usage.cache_read_input_tokens or 0) * 1e-6
        )
    )
    session.record(session.conversation.configure(system="other"))
    assert again(session, MISSED).endswith("40K tokens, $0.1200")


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
