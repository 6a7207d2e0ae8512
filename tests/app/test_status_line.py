"""The line below the prompt, by the state of the session."""

from __future__ import annotations

from datetime import datetime

import pytest

from fakes import MODEL, NOW_S, MemoryJournal, open_session
from streamchat.app import commands
from streamchat.app.commands.outcomes import Done
from streamchat.app.context_window import CACHE_S
from streamchat.app.session import Session
from streamchat.app.status_line import StatusLine, label_answer
from streamchat.core.capabilities import ModelFacts
from streamchat.core.errors import UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, Usage, text_block

CACHING = Usage(100, 50, cache_creation_input_tokens=300, cache_read_input_tokens=550)
UNTIL = datetime.fromtimestamp(NOW_S + CACHE_S).strftime("%H:%M")


def asked(*, window: int = 10_000) -> Session:
    """A session after one exchange."""
    session = open_session()
    session.facts = lambda model: ModelFacts(model, window=window)
    session.say("Which tea?")
    content = (text_block("Assam."),)
    session.add(Message("assistant", content, MODEL, "end_turn", CACHING, cost_usd=0.0123))
    return session


def line(session: Session, *, queued: int = 0) -> list[str]:
    return [part.text for part in StatusLine(session).parts(queued)]


def test_at_first_there_is_the_model() -> None:
    assert line(open_session()) == [MODEL]


def test_every_part_in_the_order_of_the_setting() -> None:
    session = asked()
    session.effort = "high"
    whole = [
        *(MODEL, "high effort", "10% of 10k", "$0.0123", f"warm until {UNTIL}", "2 queued"),
        *("a.txt 2 KB", "Which tea?"),
    ]
    session.attached = (document("a.txt", "x" * 2000),)
    assert line(session, queued=2) == whole
    session.preferences.status_line = ("title", "cost")
    assert line(session) == ["Which tea?", "$0.0123"]
    session.preferences.status_line = ("off",)
    assert line(session) == []


def test_a_title_of_any_script_holds_no_replacement() -> None:
    session = asked()
    session.preferences.status_line = ("title",)
    commands.dispatch(session, CommandLine("rename", "\u200fשלום\u200f عالم\u200c"))
    assert line(session) == ["שלום عالم\u200c"]


def document(title: str, text: str) -> dict[str, object]:
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "title": title}


def test_names_are_clean_and_short_and_of_many_attachments_two_are_named() -> None:
    session = open_session()
    session.preferences.status_line = ("attachments",)
    session.attached = (document("a\x1b[2J\nb", "1"), document("n" * 50, "2"))
    assert line(session) == [f"a␛[2J␤b 1 B, {'n' * 31}… 1 B"]
    session.attached = (*session.attached, document("c", "3"), document("d", "4"))
    assert line(session) == [f"a␛[2J␤b 1 B, {'n' * 31}… 1 B, 2 more"]


def test_what_is_unknown_or_expired_is_left_out() -> None:
    session = asked(window=1_000_000)
    session.preferences.status_line = ("context", "cache")
    session.clock = lambda: NOW_S + CACHE_S
    assert line(session) == []


def test_a_conversation_that_is_not_saved_says_so_first() -> None:
    session = asked()
    session.journal = MemoryJournal(saves=False)
    session.preferences.status_line = ("cost",)
    assert line(session) == ["not saved", "$0.0123"]


def statusline(session: Session, argument: str) -> str:
    done = commands.dispatch(session, CommandLine("statusline", argument))
    assert isinstance(done, Done)
    return done.notice


def test_the_command_switches_the_line_and_chooses_its_parts() -> None:
    session = open_session()
    assert statusline(session, "cost, model") == "The line below the prompt shows cost, model."
    assert line(session) == [MODEL]
    assert "no line" in statusline(session, "off")
    assert "no line" in statusline(session, "")
    assert statusline(session, "on").endswith("attachments, title.")
    with pytest.raises(
        UsageError, match="'clock' is not a part; write on, off or some of model"
    ):
        statusline(session, "clock")


def test_the_model_and_the_time_stand_behind_the_figures_until_they_are_switched_off() -> None:
    session = asked()
    reply = session.conversation.path[-1].message
    at = datetime.fromtimestamp(NOW_S).strftime("%H:%M")
    assert label_answer(session, reply) == f"{MODEL} · {at}"
    assert label_answer(session, None) == ""
    for label, said in (("", "no longer shown"), (f"{MODEL} · {at}", "are shown")):
        done = commands.dispatch(session, CommandLine("time", ""))
        assert isinstance(done, Done)
        assert said in done.notice
        assert label_answer(session, reply) == label
