"""The keys that go through the favourite models and the efforts."""

from __future__ import annotations

import pytest

from fakes import MODEL, open_session
from streamchat.app.cycling import NO_FAVORITES, use_next_effort, use_next_model
from streamchat.app.session import Session
from streamchat.core.prompt_settings import PromptSettings
from streamchat.core.reasoning import EFFORTS


def session_with(*favorites: str) -> Session:
    session = open_session()
    session.prompt = PromptSettings(favorite_models=favorites)
    return session


@pytest.mark.parametrize(
    ("favorites", "models"),
    [
        (("a", "b"), ["a", "b", "a"]),
        ((MODEL, "b"), ["b", MODEL, "b"]),
        (("a", "a"), ["a", "a", "a"]),
        ((MODEL,), [MODEL, MODEL, MODEL]),
        ((), [MODEL, MODEL, MODEL]),
    ],
)
def test_each_press_goes_to_the_next_model(
    favorites: tuple[str, ...], models: list[str]
) -> None:
    session = session_with(*favorites)
    for model in models:
        said = use_next_model(session)
        assert session.conversation.model == model
        assert model in said or said == NO_FAVORITES


def test_without_a_prompt_there_are_no_favorites() -> None:
    assert use_next_model(open_session()) == NO_FAVORITES


def test_the_efforts_begin_anew_after_the_default() -> None:
    session = open_session()
    seen = []
    for _ in range(len(EFFORTS) + 2):
        use_next_effort(session)
        seen.append(session.effort)
    assert len(set(seen)) == len(set(seen[:-1]))
    assert None in seen
    assert seen[-1] == seen[0]


def test_an_effort_that_the_model_does_not_accept_gives_way() -> None:
    session = open_session()
    session.effort = "no such effort"
    use_next_effort(session)
    assert session.effort in EFFORTS
