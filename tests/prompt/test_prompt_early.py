"""A prompt that stands before prompt_toolkit is imported, on a pty."""

from __future__ import annotations

import io
import os
import select
import termios
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from streamchat.posix.echo import without_echo
from streamchat.prompt.early import EarlyPrompt
from streamchat.prompt.editor import edit
from streamchat.prompt.tty import TerminalKeys

BY_ITSELF = termios.ECHO | termios.ICANON | termios.ISIG
ERASE = "\r\x1b[K\x1b[C\x1b[J\r"
PASTES_ON, PASTES_OFF = "\x1b[?2004h", "\x1b[?2004l"


@dataclass
class Pty:
    """A terminal with a person at its other end, and what was written to it."""

    person: int
    keys: io.TextIOWrapper
    screen: io.StringIO

    def type(self, data: bytes) -> None:
        """Returns once the program could read it: the kernel takes a moment."""
        os.write(self.person, data)
        raw = termios.tcgetattr(self.person)
        raw[3] &= ~termios.ICANON  # else unfinished lines cannot be seen
        usual = termios.tcgetattr(self.person)
        termios.tcsetattr(self.person, termios.TCSANOW, raw)
        assert select.select([self.keys], [], [], 10.0)[0]
        termios.tcsetattr(self.person, termios.TCSANOW, usual)

    @property
    def modes(self) -> int:
        local: int = termios.tcgetattr(self.keys)[3]
        return local & BY_ITSELF


@pytest.fixture
def pty() -> Iterator[Pty]:
    person, terminal = os.openpty()
    with os.fdopen(terminal) as keys:
        yield Pty(person, keys, io.StringIO())
    os.close(person)


def draw(pty: Pty) -> EarlyPrompt:
    early = EarlyPrompt(pty.keys, pty.screen)
    early.draw("banner\r\n> ", columns=20)
    return early


def test_it_is_drawn_in_raw_mode_and_left_as_it_was(pty: Pty) -> None:
    early = draw(pty)
    assert pty.modes == 0
    assert pty.screen.getvalue() == f"banner\r\n> {PASTES_ON}"
    early.leave()
    assert pty.modes == BY_ITSELF
    assert pty.screen.getvalue() == f"banner\r\n> {PASTES_ON}{ERASE}{PASTES_OFF}"


def test_who_takes_it_over_draws_over_it(pty: Pty) -> None:
    early = draw(pty)
    early.take_over()
    early.leave()
    early.leave()
    assert pty.modes == BY_ITSELF
    assert pty.screen.getvalue() == f"banner\r\n> {PASTES_ON}\r"


def test_the_first_prompt_leaves_nothing_to_be_echoed_until_the_end(pty: Pty) -> None:
    early = draw(pty)
    keyboard = TerminalKeys(pty.keys, early)
    keyboard.begin_silence()
    with keyboard.raw_mode():
        assert pty.modes == 0
    assert pty.modes == BY_ITSELF & ~termios.ECHO
    keyboard.end_silence()
    early.leave()
    assert pty.modes == BY_ITSELF


def test_an_editor_has_the_terminal_as_it_expects_it(pty: Pty) -> None:
    with without_echo(pty.keys.fileno()):
        left = edit("", {"EDITOR": "sh -c 'stty -a > $0'"}, pty.keys.fileno()).text
    assert "echo" in left.split()


@pytest.mark.parametrize(
    ("before", "typed", "up"),
    [
        (b"hello", "hello", ERASE),
        (b"one\ntwo", "one\rtwo", f"\x1b[1A{ERASE}"),
        (b"x" * 20 + b"\n" + b"y" * 41, f"{'x' * 20}\r{'y' * 41}", f"\x1b[3A{ERASE}"),
        ("né".encode(), "né", ""),  # nobody knows how wide its echo was
        (b"a\tb", "a\tb", ""),
    ],
)
def test_what_was_typed_before_is_as_in_raw_mode_and_its_echo_erased(
    pty: Pty, before: bytes, typed: str, up: str
) -> None:
    pty.type(before)
    early = draw(pty)
    assert early.typed == typed
    assert pty.screen.getvalue() == f"{up}banner\r\n> {PASTES_ON}"


def test_what_is_no_terminal_has_no_early_prompt() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as keys, pytest.raises(OSError, match="ioctl"):
        EarlyPrompt(keys, io.StringIO())
