"""What a terminal shows of what is typed."""

from __future__ import annotations

import os
import pty
import termios

from streamchat.posix.echo import with_echo, without_echo


def test_nothing_is_shown() -> None:
    master, terminal = pty.openpty()
    try:
        usual = termios.tcgetattr(terminal)
        with without_echo(terminal):
            flags = termios.tcgetattr(terminal)[3]
            assert not flags & termios.ECHO
            with with_echo(terminal):  # for another program
                assert termios.tcgetattr(terminal) == usual
            assert not termios.tcgetattr(terminal)[3] & termios.ECHO
        assert termios.tcgetattr(terminal) == usual
    finally:
        os.close(master)
        os.close(terminal)


def test_what_is_no_terminal_is_left_alone() -> None:
    reading, writing = os.pipe()
    with without_echo(reading):
        os.close(writing)
    os.close(reading)
