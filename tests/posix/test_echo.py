"""What a terminal shows, and keeps, of what is typed."""

from __future__ import annotations

import os
import pty
import termios

import pytest

from streamchat.posix.echo import without_echo


@pytest.mark.parametrize("keeps_typed", [False, True])
def test_nothing_is_shown_and_ctrl_c_may_keep_what_was_typed(keeps_typed: bool) -> None:
    master, terminal = pty.openpty()
    try:
        usual = termios.tcgetattr(terminal)
        with without_echo(terminal, keeps_typed=keeps_typed):
            flags = termios.tcgetattr(terminal)[3]
            assert not flags & termios.ECHO
            assert bool(flags & termios.NOFLSH) is keeps_typed
        assert termios.tcgetattr(terminal) == usual
    finally:
        os.close(master)
        os.close(terminal)


def test_what_is_no_terminal_is_left_alone() -> None:
    reading, writing = os.pipe()
    with without_echo(reading):
        os.close(writing)
    os.close(reading)
