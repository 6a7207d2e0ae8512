"""The title of the window and the notification, from the events of a reply."""

from __future__ import annotations

import math

import pytest

from fakes import RecordingComparison, RecordingView
from streamchat.core.events import Retrying, TextDelta
from streamchat.core.ports import Ending
from streamchat.core.terminal import Terminal, read_terminal
from streamchat.core.window_signals import FOCUS_WENT, Activity
from streamchat.render.screen.attention import Attention
from terminals import Tty

BELL = "\a"


def terminal(term: str = "xterm-256color", **environ: str) -> Terminal:
    return read_terminal(Tty(), {"TERM": term, "XTERM_VERSION": "1", **environ})


class Window:
    def __init__(self, found: Terminal, *, title: bool = True, notify: str = "auto") -> None:
        self.written: list[str] = []
        self.attention = Attention(
            self.written.append,
            found,
            title=lambda: "tea",
            shows_title=lambda: title,
            notify=lambda: notify,
        )

    def answer(self, seconds: float) -> None:
        view = self.attention.watch(RecordingView())
        view.feed(TextDelta("x"))
        view.feed(TextDelta("y"))
        view.close(Ending.COMPLETE, None, seconds)

    @property
    def bells(self) -> int:
        return self.written.count(BELL)


def test_the_title_says_what_goes_on_and_the_old_one_comes_back() -> None:
    window = Window(terminal())
    window.attention.show(Activity.IDLE)
    view = window.attention.watch(RecordingView())
    for event in (TextDelta("x"), TextDelta("y"), Retrying(1, 2.0, "busy"), TextDelta("z")):
        view.feed(event)
    view.close(Ending.COMPLETE, None, 1.0)
    window.attention.restore()
    window.attention.restore()
    assert window.written == [
        "\x1b[22;2t\x1b]2;tea - streamchat\a",
        "\x1b]2;waiting: tea - streamchat\a",
        "\x1b]2;writing: tea - streamchat\a",
        "\x1b]2;waiting: tea - streamchat\a",
        "\x1b]2;writing: tea - streamchat\a",
        "\x1b]2;tea - streamchat\a",
        "\x1b[23;2t",
    ]


def test_while_the_program_is_suspended_the_old_title_stands() -> None:
    window = Window(terminal())
    with window.attention.resting():
        window.attention.show(Activity.IDLE)
        window.attention.restore()
        window.written.clear()
    assert window.written == []
    window.attention.show(Activity.IDLE)
    ours = "\x1b[22;2t\x1b]2;tea - streamchat\a"
    with window.attention.resting():
        assert window.written == [ours, "\x1b[23;2t"]
    assert window.written[2:] == [ours]
    window.attention.show(Activity.IDLE)
    assert len(window.written) == 3


@pytest.mark.parametrize(
    ("seconds", "reports", "notify", "bells"),
    [
        (10.0, ["[O"], "auto", 1),
        (9.9, ["[O"], "auto", 0),
        (60.0, [], "auto", 0),
        (60.0, ["[O", "[I"], "auto", 0),
        (60.0, ["[O", "?997;1n"], "auto", 1),
        (60.0, ["[O"], "off", 0),
        (60.0, ["[O"], "bell", 1),
    ],
)
def test_a_long_answer_is_told_while_the_focus_is_elsewhere(
    seconds: float, reports: list[str], notify: str, bells: int
) -> None:
    window = Window(terminal(), notify=notify)
    for report in reports:
        window.attention.hear(report)
    window.answer(seconds)
    assert window.bells == bells


def test_where_the_focus_is_not_known_it_is_told() -> None:
    window = Window(terminal("tmux-256color"))
    window.answer(20.0)
    window.attention.hear("[I")
    window.answer(20.0)
    assert window.bells == 1


def test_an_unknown_terminal_and_one_without_titles_get_nothing() -> None:
    unknown = Window(read_terminal(Tty(), {"TERM": "xterm-256color"}))
    unknown.answer(60.0)
    unknown.attention.restore()
    off = Window(terminal(), title=False, notify="off")
    off.answer(60.0)
    off.attention.restore()
    assert unknown.written == off.written == []


def test_the_answers_of_a_comparison_end_together() -> None:
    window = Window(terminal())
    window.attention.hear(FOCUS_WENT)
    shown = window.attention.watch_all(RecordingComparison([RecordingView(), RecordingView()]))
    there, slow = shown.views
    there.close(Ending.COMPLETE, None, math.nan)  # it was there before
    slow.feed(TextDelta("x"))
    slow.close(Ending.COMPLETE, None, 11.0)
    assert window.written[-1] == "\x1b]2;writing: tea - streamchat\a"
    shown.close()
    assert window.written[-2:] == ["\x1b]2;tea - streamchat\a", BELL]


def test_a_short_comparison_tells_nobody() -> None:
    window = Window(terminal())
    window.attention.hear(FOCUS_WENT)
    shown = window.attention.watch_all(RecordingComparison([RecordingView(), RecordingView()]))
    for view in shown.views:
        view.close(Ending.COMPLETE, None, 9.0)
    shown.close()
    assert window.bells == 0
