"""Short names of models."""

from __future__ import annotations

import pytest

from streamchat.core.model_names import FAMILIES, NO_SHORT_NAMES, ModelNames

LISTED = ("claude-opus-9-1", "claude-opus-9", "claude-octopus-9", "eu.haiku-7:2", "sonnet")


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("opus", "claude-opus-9-1"),  # the first is the newest
        ("haiku", "eu.haiku-7:2"),
        ("sonnet", "sonnet"),
        ("claude-opus-9", "claude-opus-9"),
        ("best", "claude-opus-9-1"),
        ("mine", "llama3:8b"),
        ("loop", "best"),  # not followed further
        ("Opus", "Opus"),
        ("", ""),
    ],
)
def test_a_short_name_stands_for_an_id(name: str, id: str) -> None:
    own = {"best": "opus", "mine": "llama3:8b", "loop": "best"}
    assert ModelNames(own, lambda: LISTED)(name) == id


def test_a_name_of_the_users_own_comes_first() -> None:
    assert ModelNames({"opus": "other"}, lambda: LISTED)("opus") == "other"


def test_without_a_list_a_family_is_what_is_known_of_anthropic() -> None:
    assert ModelNames({}, lambda: ())("opus") == FAMILIES["opus"]
    assert NO_SHORT_NAMES("opus") == "opus"


def test_the_list_is_read_for_a_family_only() -> None:
    def never() -> tuple[str, ...]:
        raise AssertionError

    assert ModelNames({"a": "b"}, never)("a") == "b"
