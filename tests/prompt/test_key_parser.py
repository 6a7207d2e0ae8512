"""Keys in time: what a silence decides, and pastes that no terminal has marked."""

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from streamchat.prompt.key_codes import ALONE
from streamchat.prompt.key_parser import (
    ESCAPE_SECONDS,
    LONG_RUN,
    LOST_END_SECONDS,
    SLOW_LINK_SECONDS,
    KeyParser,
)


@dataclass
class Typist:
    """Someone at a terminal whose time is told."""

    now: float = 0.0
    keys: list[KeyPress] = field(default_factory=list)
    answers: int = 0
    parser: KeyParser = field(init=False)
    message: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.parser = KeyParser(self.keys.append, lambda: self.now)
        self.parser.on_protocol = self._answered
        self.message.enter_context(self.parser.taking_lines())

    def _answered(self) -> None:
        self.answers += 1

    def reads(self, *pieces: str, apart: float = 0.0) -> list[Keys | str]:
        """What came of it so far, each piece by one read."""
        for piece in pieces:
            self.parser.feed(piece)
            self.now += apart
        return [key.key for key in self.keys]

    def waits(self, seconds: float) -> list[Keys | str]:
        self.now += seconds
        self.parser.flush()
        return self.reads()


LONE = [Keys.Escape, ALONE.key]
NEW, SEND = Keys.ControlJ, Keys.ControlM


def test_an_esc_alone_is_a_key_after_a_moment_and_the_next_letter_is_a_letter() -> None:
    typist = Typist()
    assert typist.reads("\x1b") == []
    assert typist.waits(ESCAPE_SECONDS) == LONE
    assert typist.reads("code") == [*LONE, *"code"]


def test_an_esc_alone_is_known_by_the_clock_where_nobody_flushes() -> None:
    typist = Typist()
    assert typist.reads("\x1b", "code", apart=ESCAPE_SECONDS) == [*LONE, *"code"]


def test_alt_and_a_letter_come_together() -> None:
    assert Typist().reads("\x1bb") == [Keys.Escape, "b"]


@pytest.mark.parametrize("cut", [2, 3, 4, 5])
def test_a_sequence_may_be_slow(cut: int) -> None:
    sent = "\x1b[1;5C"
    typist = Typist()
    typist.reads(sent[:cut])
    typist.waits(ESCAPE_SECONDS)
    assert typist.reads(sent[cut:]) == [Keys.ControlRight]


@pytest.mark.parametrize("start", ["\x1b[", "\x1bO", "\x1b[1;", "\x1b]11;rgb:1"])
def test_a_sequence_that_never_goes_on_takes_nothing_with_it(start: str) -> None:
    assert Typist().reads(start, "A", "B", apart=SLOW_LINK_SECONDS) == ["A", "B"]


@pytest.mark.parametrize("apart", [0.03, 0.2])
@pytest.mark.parametrize("answer", ["\x1b]11;rgb:f/f/f\x1b\\", "\x1bP>|kitty(0.42.0)\x1b\\"])
def test_an_answer_that_comes_byte_by_byte_is_not_typed(answer: str, apart: float) -> None:
    typist = Typist()
    heard: list[str] = []
    typist.parser.on_answer = heard.append
    typist.parser.is_awaiting = lambda: True
    given = typist.reads(*answer, apart=apart)
    assert given in ([], LONE)  # an Esc alone is one in any case
    assert heard == [answer[1:-2]]
    assert typist.reads("]", "a") == [*given, "]", "a"]


def test_an_esc_is_not_held_back_by_an_answer_that_never_comes() -> None:
    typist = Typist()
    typist.parser.is_awaiting = lambda: True
    assert typist.reads("\x1b", "a", apart=ESCAPE_SECONDS) == [*LONE, "a"]


def test_a_paste_whose_end_is_lost_ends_in_a_long_silence() -> None:
    typist = Typist()
    assert typist.reads("\x1b[200~a", "b", apart=1.0) == []
    typist.now += LOST_END_SECONDS
    assert typist.reads("c") == [Keys.BracketedPaste, "c"]
    assert typist.keys[0].data == "ab"


def test_an_enter_that_more_follows_in_the_same_read_is_a_new_line() -> None:
    typist = Typist()
    assert typist.reads("a\rb\rc") == ["a", NEW, "b", NEW, "c"]
    typist.waits(ESCAPE_SECONDS)
    assert typist.reads("\r") == ["a", NEW, "b", NEW, "c", SEND]


def test_a_long_run_of_characters_is_one_key_for_a_message_alone() -> None:
    run, short = "7" * LONG_RUN, "7" * (LONG_RUN - 1)
    typist = Typist()
    typist.reads(f"{run}\x1b[D{short}")
    assert [key.data for key in typist.keys] == [run, "\x1b[D", *short]
    typist.keys.clear()
    typist.reads(f"one\r\ttwo {run}é\x03")
    assert [key.data for key in typist.keys] == [f"one\n\ttwo {run}é", "\x03"]
    typist.message.close()
    typist.keys.clear()
    assert typist.reads(run) == list(run)


def test_a_line_end_of_windows_in_an_unmarked_paste_is_one_new_line() -> None:
    typist = Typist()
    assert typist.reads("a\r\nb\r\n") == ["a", NEW, "b"]
    assert typist.waits(ESCAPE_SECONDS) == ["a", NEW, "b", SEND]


def test_the_last_enter_of_an_unmarked_paste_waits_for_what_may_follow() -> None:
    typist = Typist()
    assert typist.reads("a\rb\r") == ["a", NEW, "b"]
    assert typist.reads("c\r") == ["a", NEW, "b", NEW, "c"]
    assert typist.waits(ESCAPE_SECONDS) == ["a", NEW, "b", NEW, "c", SEND]
    assert typist.reads("x\r") == ["a", NEW, "b", NEW, "c", SEND, "x", SEND]


@pytest.mark.parametrize(
    "pieces", [("a\r",), ("a\r", "b\r"), ("a\r\x1b[A",), ("a\r\x03",), ("a\r\r",)]
)
def test_an_enter_at_the_end_of_a_read_or_before_a_key_sends(pieces: tuple[str, ...]) -> None:
    assert SEND in Typist().reads(*pieces)
    assert NEW not in Typist().reads(*pieces)


def test_an_enter_is_one_where_only_a_line_is_asked_for() -> None:
    keys: list[KeyPress] = []
    KeyParser(keys.append, lambda: 0.0).feed("a\rb\r")
    assert [key.key for key in keys] == ["a", SEND, "b", SEND]


def test_what_was_typed_ahead_was_typed_key_by_key() -> None:
    typist = Typist()
    typist.parser.expect_typed_ahead()
    assert typist.reads("a\rb\r") == ["a", SEND, "b", SEND]
    assert typist.reads("c\rd") == ["a", SEND, "b", SEND, "c", NEW, "d"]


def test_a_marked_paste_keeps_its_lines_and_its_enter_sends() -> None:
    typist = Typist()
    assert typist.reads("\x1b[200~a\rb\r\x1b[201~\r") == [Keys.BracketedPaste, SEND]


@pytest.mark.parametrize("answer", ["\x1b[?1u", "\x1b[?0u"])
def test_a_terminal_with_the_keyboard_protocol_is_heard(answer: str) -> None:
    typist = Typist()
    assert typist.reads(answer) == []
    assert typist.answers == 1
