"""The question about ./.env: nothing in the file can hide what it asks for."""

from __future__ import annotations

import io
import os
import select
from pathlib import Path

import pytest

from patience import PATIENCE_S
from streamchat.cli.environment import Environment, new_id
from streamchat.cli.trust_question import ask_user, format_question
from streamchat.config.allowed import Verdict
from streamchat.config.trust_question import AskedSetting, Question

HOST = AskedSetting("ANTHROPIC_BASE_URL", "https://evil.example", "everything goes there")


def rows(*settings: AskedSetting, width: int = 80, path: str = "/home/me/x/.env") -> list[str]:
    question = Question(Path(path), "bob", settings)
    return format_question(question, width=width).split("\n")


def test_it_names_the_file_its_owner_and_each_setting() -> None:
    assert rows(AskedSetting("STREAMCHAT_MODEL", "opus"), HOST) == [
        "/home/me/x/.env (owner: bob) sets for streamchat:",
        "  STREAMCHAT_MODEL = opus",
        "! ANTHROPIC_BASE_URL = https://evil.example  (everything goes there)",
        "Use this file, as long as it stays as it is? [y/N] ",
    ]


@pytest.mark.parametrize("value", ["x" * 2000, " " * 2000, "漢" * 500, "e\u0301" * 900])
@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_long_value_is_one_row(value: str, width: int) -> None:
    shown = rows(AskedSetting("STREAMCHAT_SYSTEM", value), HOST, width=width)
    assert len(shown) == 4
    wide = sum(2 if c == "漢" else 1 for c in shown[1])
    assert wide < width


def test_a_short_value_leaves_room_for_the_risk() -> None:
    shown = rows(AskedSetting("ANTHROPIC_API_KEY", "sk-ant-…WXYZ", "its owner reads along"))
    assert shown[1] == "! ANTHROPIC_API_KEY = sk-ant-…WXYZ  (its owner reads along)"


def test_the_risk_gives_way_to_the_value_in_a_small_window() -> None:
    shown = rows(HOST, width=46)
    assert shown[1] == "! ANTHROPIC_BASE_URL = https://evil.example"


def test_of_a_long_path_the_end_is_shown() -> None:
    first = rows(HOST, width=60, path="/very" * 40 + "/x/.env")[0]
    assert first.endswith("/very/x/.env (owner: bob) sets for streamchat:")
    assert first.startswith("…")
    assert len(first) < 60


class Answering(io.StringIO):
    """The screen of a person who gives one of these answers each time they are asked."""

    def __init__(self, person: int, answers: list[bytes]) -> None:
        super().__init__()
        self._person, self._answers = person, answers

    def write(self, text: str) -> int:
        if "[y/N]" in text:
            os.write(self._person, self._answers.pop(0))
        return super().write(text)


@pytest.mark.parametrize(
    ("before", "answers", "unread"),
    [
        (b"y\r", [b"n\r"], "y"),
        (b"y\rwhat is", [b"maybe\r", b"no\r"], "y\nwhat is\nmaybe"),
    ],
)
def test_only_what_is_typed_after_the_question_answers_it_and_the_rest_is_kept(
    before: bytes, answers: list[bytes], unread: str
) -> None:
    person, terminal = os.openpty()
    os.write(person, before)
    assert select.select([terminal], [], [], PATIENCE_S)[0]
    with os.fdopen(terminal) as keys:
        env = Environment(
            stdin=keys,
            stdout=io.StringIO(),
            stderr=Answering(person, answers),
            environ={},
            home=Path.home(),
            cwd=Path.cwd(),
            clock=lambda: 0.0,
            monotonic=lambda: 0.0,
            new_id=new_id,
        )
        assert ask_user(Question(Path("/x/.env"), "me", (HOST,)), env) is Verdict.DENIED
        assert env.take_unread() == unread
        assert env.take_unread() == ""
    os.close(person)


def test_a_path_cannot_control_the_terminal() -> None:
    assert "\x1b" not in rows(HOST, path="/x\x1b[2J/.env")[0]
