"""/web: what it switches on, and what the model takes."""

from __future__ import annotations

from fakes import open_session
from streamchat.app.commands import dispatch
from streamchat.app.commands.outcomes import Done
from streamchat.core.capabilities import ModelFacts
from streamchat.core.input_line import CommandLine
from streamchat.core.web import Web


def test_switching_on_keeps_what_is_configured() -> None:
    session = open_session()
    session.web_setup = Web(3, blocked=("a.org",))
    assert dispatch(session, CommandLine("web", "on")) == Done("The web is on, without a.org.")
    assert session.web == Web(3, blocked=("a.org",))
    dispatch(session, CommandLine("web", "b.org"))
    assert session.web == Web(3, allowed=("b.org",))
    dispatch(session, CommandLine("web", "sites c.org d.org/x"))
    assert session.web == Web(3, allowed=("c.org", "d.org/x"))


def test_a_model_that_takes_no_search_is_named() -> None:
    session = open_session()
    session.facts = lambda model: ModelFacts(model, searches_web=False)
    said = dispatch(session, CommandLine("web", "on"))
    assert said == Done("The web is on. But claude-test cannot use it.")
