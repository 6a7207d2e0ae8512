"""What the environment says of the terminal."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios

import pytest
from stage import Tty

from streamchat.render.screen.sink import Sink
from streamchat.render.screen.terminal import Size, Terminal, measure_window, read_terminal
from streamchat.render.style import Depth


def terminal(encoding: str = "utf-8", **environ: str) -> Terminal:
    return read_terminal(Tty(encoding=encoding), environ)


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm"}, Depth.COLOURS_16),
        ({"TERM": "xterm-256color"}, Depth.COLOURS_256),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Depth.TRUE_COLOUR),
        ({"TERM": "xterm-kitty"}, Depth.TRUE_COLOUR),
        ({"TERM": "vt100"}, Depth.ATTRIBUTES),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Depth.ATTRIBUTES),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, Depth.COLOURS_256),
        ({"TERM": "vt100", "FORCE_COLOR": "1"}, Depth.COLOURS_16),
        ({"TERM": "vt100", "FORCE_COLOR": "3"}, Depth.TRUE_COLOUR),
        ({"TERM": "vt100", "FORCE_COLOR": "3", "NO_COLOR": "1"}, Depth.ATTRIBUTES),
        ({"TERM": "xterm", "FORCE_COLOR": "0"}, Depth.ATTRIBUTES),
        ({"TERM": "dumb", "FORCE_COLOR": "3"}, Depth.NOTHING),
        ({"TERM": "xterm", "ACCESSIBLE": "1"}, Depth.NOTHING),
    ],
)
def test_how_much_colour(environ: dict[str, str], depth: Depth) -> None:
    assert terminal(**environ).depth is depth


@pytest.mark.parametrize(
    ("environ", "live"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "ACCESSIBLE": "1"}, False),
        ({"TERM": "xterm", "ACCESSIBLE": "0"}, True),
    ],
)
def test_whether_the_cursor_may_be_moved(environ: dict[str, str], live: bool) -> None:
    assert terminal(**environ).live is live


def test_what_is_no_terminal_gets_plain_text() -> None:
    assert read_terminal(
        io.StringIO(), {"TERM": "xterm-256color", "FORCE_COLOR": "1"}
    ) == Terminal(
        tty=False,
        live=False,
        depth=Depth.NOTHING,
        hyperlinks=False,
        unicode=False,
        reflows=False,
    )


def test_links_and_reflow_only_where_they_are_known_to_work() -> None:
    unknown, kitty = terminal(TERM="xterm"), terminal(TERM="xterm-kitty")
    tmux = terminal(TERM="tmux-256color", TMUX="/tmp/tmux")
    assert (unknown.hyperlinks, unknown.reflows) == (False, False)
    assert (kitty.hyperlinks, kitty.reflows) == (True, True)
    assert (tmux.hyperlinks, tmux.reflows) == (False, True)


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("UTF8", True), ("ascii", False)]
)
def test_glyphs_follow_the_encoding(encoding: str, unicode: bool) -> None:
    assert terminal(encoding, TERM="xterm").unicode is unicode


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
