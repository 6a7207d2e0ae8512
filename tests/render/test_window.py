"""The size of the window, and the stream to a terminal that may go away."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios

import pytest
from stage import Tty

from streamchat.render.screen.sink import Sink
from streamchat.render.screen.window import Size, measure_window


@pytest.mark.parametrize(
    ("environ", "size"),
    [
        ({}, Size(80, 24)),
        ({"COLUMNS": "0", "LINES": "0"}, Size(80, 24)),
        ({"COLUMNS": "-5", "LINES": "many"}, Size(80, 24)),
        ({"COLUMNS": "132", "LINES": "50"}, Size(132, 50)),
    ],
)
def test_the_size_where_the_terminal_does_not_say(environ: dict[str, str], size: Size) -> None:
    assert measure_window(Tty(), environ) == size


def test_a_terminal_knows_its_size_better_than_the_environment() -> None:
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
        with os.fdopen(theirs, "w") as stream:
            assert measure_window(stream, {"COLUMNS": "20", "LINES": "5"}) == Size(101, 33)
    finally:
        os.close(ours)


def test_a_closed_stream_has_the_fallback_size() -> None:
    closed = Tty()
    closed.close()
    assert measure_window(closed, {}) == Size(80, 24)


class HungUp(Tty):
    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_a_terminal_that_went_away_is_remembered_and_not_raised() -> None:
    sink = Sink(HungUp())
    assert sink.write("lost") == 4
    sink.flush()
    sink.write_now("also lost")
    assert isinstance(sink.gone, OSError)


def test_what_the_encoding_lacks_keeps_its_width() -> None:
    tty = Tty(encoding="ascii")
    Sink(tty).write("a好b→ · …\r\n")
    assert tty.text == "a??b? - ~\r\n"
