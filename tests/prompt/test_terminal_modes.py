"""What the terminal is asked for while keys are read, and gets back afterwards."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest
from desk import NAMES, ROWS, KnownArguments, run
from prompt_toolkit.data_structures import Size

from streamchat.core.ports import Input, Typed
from streamchat.core.terminal import Joins
from streamchat.prompt import Hooks, Prompt, PromptLook, open_keyboard
from streamchat.prompt.tty import PromptOutput

ASKED, PUSHED, POPPED = b"\x1b[?u", b"\x1b[>1u", b"\x1b[<u"
KEYPAD_ON, KEYPAD_OFF = b"\x1b[?1h\x1b=", b"\x1b[?1l\x1b>"
KEYPAD = (KEYPAD_ON.decode(), KEYPAD_OFF.decode())


class Terminal:
    """A terminal on a pty that answers what it is asked."""

    def __init__(self, term: str, answers: dict[bytes, bytes], questions: str = "") -> None:
        self._ours, theirs = pty.openpty()
        os.set_blocking(self._ours, False)
        self._answers = answers
        self.written = b""
        self.heard: list[str] = []
        self._streams = [os.fdopen(theirs, "r"), os.fdopen(os.dup(theirs), "w")]
        size = Size(rows=10, columns=40)
        self.prompt = Prompt(
            open_keyboard(self._streams[0]),
            PromptOutput(self._streams[1], lambda: size, term, find_keypad=lambda: KEYPAD),
            history=None,
            commands=ROWS,
            names=NAMES,
            arguments=KnownArguments(lambda _: []),
            environ={},
            look=PromptLook(marks=False, may_have_protocol=ASKED in answers),
            questions=questions,
            hooks=Hooks(on_answer=self.heard.append),
        )

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def unread(self) -> bytes:
        """A line that nobody has read."""
        return os.read(self._streams[0].fileno(), 100)

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    async def until(self, wanted: bytes) -> None:
        """Answer, until something was written."""
        loop = asyncio.get_running_loop()
        news = asyncio.Event()
        loop.add_reader(self._ours, news.set)
        while wanted not in self.written:
            await news.wait()
            news.clear()
            try:
                piece = os.read(self._ours, 65536)
            except BlockingIOError:
                continue
            self.written += piece
            for question, answer in self._answers.items():
                self.type(answer * piece.count(question))
        loop.remove_reader(self._ours)

    def close(self) -> None:
        for stream in self._streams:
            stream.close()
        os.close(self._ours)


@pytest.fixture
def open_terminal() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


async def send(terminal: Terminal, keys: bytes, *, after: bytes, then: bytes) -> Input:
    reading = asyncio.ensure_future(terminal.prompt.read())
    await terminal.until(after)
    terminal.type(keys)
    await terminal.until(then)
    return await reading


def test_the_keyboard_protocol_is_used_where_the_terminal_answers_and_given_back(
    open_terminal: list[Terminal],
) -> None:
    terminal = Terminal("xterm-kitty", {ASKED: b"\x1b[?0u"})
    open_terminal.append(terminal)
    keys = b"a\x1b[13;2ub\x1b[13u"
    assert run(send(terminal, keys, after=PUSHED, then=POPPED)) == Typed("a\nb")
    assert terminal.written.count(PUSHED) == terminal.written.count(POPPED) == 1
    assert run(send(terminal, b"c\r", after=PUSHED, then=POPPED)) == Typed("c")
    assert terminal.written.count(ASKED) == 1


def test_a_terminal_that_does_not_answer_is_left_alone(open_terminal: list[Terminal]) -> None:
    terminal = Terminal("xterm", {ASKED: b""})
    open_terminal.append(terminal)
    assert run(send(terminal, b"a\r", after=ASKED, then=b"\x1b[?2004l")) == Typed("a")
    assert PUSHED not in terminal.written


def test_nothing_is_echoed_between_two_prompts(open_terminal: list[Terminal]) -> None:
    terminal = Terminal("xterm", {})
    open_terminal.append(terminal)
    assert run(send(terminal, b"a\r", after=KEYPAD_ON, then=KEYPAD_OFF)) == Typed("a")
    assert not terminal.echoes
    terminal.prompt.close()
    assert terminal.echoes


BACKGROUND, MODE = b"\x1b]11;?\x1b\\", b"\x1b[?2027$p"


@pytest.mark.parametrize("end", [b"\x1b\\", b"\x07"])
def test_what_the_terminal_says_is_heard_and_never_typed(
    end: bytes, open_terminal: list[Terminal]
) -> None:
    answers = {BACKGROUND: b"\x1b]11;rgb:ffff/ffff/ffff" + end, MODE: b"\x1b[?2027;2$y"}
    questions = (BACKGROUND + MODE).decode()
    terminal = Terminal("xterm", answers, questions)
    open_terminal.append(terminal)
    assert run(send(terminal, b"hello\r", after=MODE, then=KEYPAD_OFF)) == Typed("hello")
    assert terminal.heard == ["]11;rgb:ffff/ffff/ffff", "[?2027;2$y"]
    assert run(send(terminal, b"c\r", after=KEYPAD_ON, then=KEYPAD_OFF)) == Typed("c")
    assert terminal.written.count(BACKGROUND) == 1


def test_an_answer_that_comes_late_is_heard_by_the_next_prompt(
    open_terminal: list[Terminal],
) -> None:
    terminal = Terminal("xterm", {}, BACKGROUND.decode())
    open_terminal.append(terminal)
    assert run(send(terminal, b"a\r", after=BACKGROUND, then=KEYPAD_OFF)) == Typed("a")
    terminal.type(b"\x1b]11;rgb:0/0/0\x07")
    assert run(send(terminal, b"b\r", after=KEYPAD_ON, then=KEYPAD_OFF)) == Typed("b")
    assert terminal.heard == ["]11;rgb:0/0/0"]


def test_mode_2027_is_set_while_keys_are_read_where_the_terminal_wants_it(
    open_terminal: list[Terminal],
) -> None:
    terminal = Terminal("xterm", {})
    open_terminal.append(terminal)
    terminal.prompt.adapt(Joins.GRAPHEMES, wants_grapheme_mode=True)
    assert b"2027" not in terminal.written
    assert run(send(terminal, b"a\r", after=KEYPAD_ON, then=KEYPAD_OFF)) == Typed("a")
    assert terminal.written.count(b"\x1b[?2027h") == 1
    assert terminal.written.count(b"\x1b[?2027l") == 1


def test_the_keypad_is_in_its_application_mode_while_keys_are_read(
    open_terminal: list[Terminal],
) -> None:
    terminal = Terminal("xterm", {})
    open_terminal.append(terminal)
    assert run(send(terminal, b"ab\x1bOD\x1b[3~\r", after=KEYPAD_ON, then=KEYPAD_OFF)) == (
        Typed("a")
    )
    assert ASKED not in terminal.written


@pytest.mark.parametrize("term", ["no-such-terminal", "dumb"])
def test_a_terminal_without_a_keypad_mode_has_none(term: str) -> None:
    program = (
        f"from streamchat.prompt.key_modes import find_keypad; print(find_keypad({term!r}, 1))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert found.stdout == b"('', '')\n"


LAST = b"\x1b[c"


def test_an_answer_that_comes_after_the_last_prompt_does_not_reach_the_shell(
    open_terminal: list[Terminal],
) -> None:
    terminal = Terminal("xterm", {}, BACKGROUND.decode())
    open_terminal.append(terminal)
    assert run(send(terminal, b"a\r", after=LAST, then=KEYPAD_OFF)) == Typed("a")
    terminal.type(b"\x1b]11;rgb:0/0/0\x07\x1b[?62;22c")
    terminal.prompt.close()
    assert terminal.heard == ["]11;rgb:0/0/0", "[?62;22c"]
    terminal.type(b"for the shell\n")
    terminal.prompt.close()  # all is answered: nothing is read, nothing waits
    assert terminal.unread() == b"for the shell\n"


def test_a_terminal_that_was_asked_nothing_is_not_read_at_the_end(
    open_terminal: list[Terminal],
) -> None:
    terminal = Terminal("xterm", {})
    open_terminal.append(terminal)
    terminal.type(b"for the shell\n")
    terminal.prompt.close()
    assert terminal.unread() == b"for the shell\n"
