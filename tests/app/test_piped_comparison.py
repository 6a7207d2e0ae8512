"""Several answers in a pipe."""

from __future__ import annotations

import io
import json

import pytest

from streamchat.app.output_formats import VerbatimText
from streamchat.app.piped_comparison import JsonComparison, PipedComparison
from streamchat.core.events import Started, TextDelta
from streamchat.core.messages import Message, Usage, text_block
from streamchat.core.ports import Ending, View


class Piped:
    """Two answers under headings."""

    def __init__(self) -> None:
        self.stdout = io.StringIO()
        self.shown = PipedComparison(2, self.begin)
        for view in self.shown.views:
            view.feed(Started("m", "m", Usage()))

    def begin(self, number: int) -> View:
        self.stdout.write(f"[{number}]")
        return VerbatimText(self.stdout)

    def say(self, number: int, text: str) -> str:
        self.shown.views[number].feed(TextDelta(text))
        return self.stdout.getvalue()

    def close(self, number: int) -> str:
        self.shown.views[number].close(Ending.COMPLETE, None, 0.0)
        return self.stdout.getvalue()


def test_the_first_to_begin_is_written_as_it_comes_and_the_next_one_follows() -> None:
    piped = Piped()
    assert piped.say(1, "b") == "[1]b"
    assert piped.say(0, "a") == "[1]b"
    assert piped.say(1, "b") == "[1]bb"
    assert piped.close(1) == "[1]bb\n[0]a"
    assert piped.say(0, "a") == "[1]bb\n[0]aa"
    assert piped.close(0) == "[1]bb\n[0]aa\n"


def test_one_that_is_over_before_its_turn_is_written_whole() -> None:
    piped = Piped()
    piped.say(0, "a")
    piped.say(1, "b")
    assert piped.close(1) == "[0]a"
    assert piped.close(0) == "[0]a\n[1]b\n"


@pytest.mark.parametrize("first", [0, 1])
def test_one_that_failed_has_its_turn_too(first: int) -> None:
    piped = Piped()
    piped.close(first)
    assert piped.close(1 - first) == f"[{first}][{1 - first}]"


def test_all_answers_are_one_object() -> None:
    stdout = io.StringIO()
    shown = JsonComparison(stdout, ["a", "b"], "c1")
    whole = Message("assistant", (text_block("yes"),), "a", "end_turn")
    shown.views[1].close(Ending.FAILED, None, 1.0)
    shown.views[0].feed(TextDelta("yes"))
    shown.views[0].close(Ending.COMPLETE, whole, 2.0)
    assert stdout.getvalue() == ""
    shown.close()
    said = json.loads(stdout.getvalue())
    assert (said["type"], said["conversation"]) == ("comparison", "c1")
    short = [(each["asked"], each["ending"], each["text"]) for each in said["answers"]]
    assert short == [("a", "complete", "yes"), ("b", "failed", "")]
