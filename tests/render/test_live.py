"""The painter inside a rich Live: what Live still does, and that it costs nothing."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pyte_terminal import MODES, PyteTerminal
from rich.console import Console
from rich.live import Live
from row_streams import RowStream, build_painter, build_row
from stage import Tty, stage

from streamchat.core.events import Started, TextDelta
from streamchat.core.messages import Usage
from streamchat.core.ports import Ending
from streamchat.render.rows import Row
from streamchat.render.screen.live import LivePanel
from streamchat.render.screen.row_diff import plain_text

STATUS = build_row("status", "\x1b[2m")


def panel_of(tty: Tty, width: int = 40, height: int = 10) -> LivePanel:
    console = Console(
        file=tty,
        force_terminal=True,
        width=width,
        height=height,
        legacy_windows=False,
        _environ={},
    )
    painter = build_painter(width=width, height=height, synchronizes=True)
    return LivePanel(painter, console)


def test_each_frame_is_one_write_of_the_painters_bytes() -> None:
    tty, alone = Tty(), build_painter(width=40, height=10, synchronizes=True)
    panel, stream = panel_of(tty), RowStream(40, seed=3)
    panel.start()
    expected = ["\x1b[?25l"]
    for _ in range(200):
        settled = stream.step()
        live = [*stream.tail, STATUS]
        panel.paint(settled, live)
        expected += [frame] if (frame := alone.frame(settled, live)) else []
    assert tty.writes == expected
    rest = stream.close()
    panel.finish(rest)
    assert tty.writes[len(expected) :] == [alone.finish(rest) + "\x1b[?25h"]


def test_what_settled_stays_and_what_was_live_is_gone() -> None:
    terminal = PyteTerminal(40, 10)
    panel = panel_of(Tty(terminal))
    panel.start()
    panel.paint([build_row("first")], [build_row("second"), STATUS])
    panel.finish([build_row("second, whole")])
    assert terminal.lines() == ["first", "second, whole"]
    assert (terminal.screen.cursor.x, terminal.screen.cursor.y) == (0, 2)
    assert terminal.modes() == {"25": "h", "2026": "l"}


def test_printing_appears_above_what_is_live() -> None:
    terminal = PyteTerminal(40, 10)
    panel = panel_of(Tty(terminal))
    panel.start()
    panel.paint([build_row("settled")], [build_row("tail"), STATUS])
    panel.console.print("from the console")
    print("from print")  # noqa: T201
    print("from stderr", file=sys.stderr)  # noqa: T201
    assert terminal.lines() == [
        "settled", "from the console", "from print", "from stderr", "tail", "status"
    ]  # fmt: skip
    panel.paint([], [build_row("tail grows"), STATUS])
    panel.finish([build_row("tail grows")])
    assert terminal.lines() == [
        "settled", "from the console", "from print", "from stderr", "tail grows"
    ]  # fmt: skip


def test_printing_above_is_one_synchronised_write() -> None:
    tty = Tty()
    panel = panel_of(tty)
    panel.start()
    panel.paint([], [build_row("tail"), STATUS])
    before = len(tty.writes)
    panel.console.print("above")
    assert len(tty.writes) == before + 1
    written = tty.writes[-1]
    assert written.startswith("\x1b[?2026h")
    assert written.endswith("\x1b[?2026l")
    panel.finish([])


def test_the_standard_streams_come_back() -> None:
    before = sys.stdout, sys.stderr
    panel = panel_of(Tty())
    panel.start()
    assert sys.stdout is not before[0]
    panel.finish([])
    assert (sys.stdout, sys.stderr) == before


def test_an_abandoned_panel_leaves_its_rows_and_restores_the_terminal() -> None:
    before = sys.stdout
    terminal = PyteTerminal(40, 10)
    panel = panel_of(Tty(terminal))
    panel.start()
    panel.paint([build_row("settled")], [build_row("tail"), STATUS])
    panel.abandon()
    assert terminal.lines() == ["settled", "tail", "status"]
    assert (terminal.screen.cursor.x, terminal.screen.cursor.y) == (0, 3)
    assert terminal.modes() == {"25": "h"}
    assert sys.stdout is before


@pytest.mark.parametrize("seed", range(5))
def test_prints_between_frames_disturb_nothing(seed: int) -> None:
    terminal = PyteTerminal(40, 8)
    panel, stream = panel_of(Tty(terminal), height=8), RowStream(40, seed)
    expected: list[Row] = []
    panel.start()
    for number in range(120):
        settled = stream.step()
        expected += settled
        panel.paint(settled, [*stream.tail, STATUS])
        if number % 7 == 0:
            panel.console.print(f"note {number}", highlight=False)
            expected.append(build_row(f"note {number}"))
    rest = stream.close()
    panel.finish(rest)
    lines = [plain_text(row).rstrip() for row in [*expected, *rest]]
    while not lines[-1]:
        lines.pop()
    assert terminal.lines() == lines
    assert terminal.modes() == {"25": "h", "2026": "l"}
    assert [setting for mode, setting in MODES.findall(terminal.fed) if mode == "25"] == [
        "l",
        "h",
    ]


@pytest.mark.parametrize("name", ["_live_render", "_lock"])
def test_with_a_rich_of_other_names_an_answer_is_written_as_it_settles(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def missing(_live: Live) -> None:
        raise AttributeError(name)

    monkeypatch.setattr(
        Live, name, property(missing, lambda _live, _value: None), raising=False
    )
    made = stage(40, 10)
    view = made.screen.reply(model="m")
    view.feed(Started("m", "m", Usage()))
    view.feed(TextDelta("a *word*\n\nmore"))
    view.close(Ending.COMPLETE, None, 1.0)
    assert made.terminal.lines() == ["a word", "", "more"]


def test_with_a_rich_that_takes_no_environment_an_answer_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Other(Console):
        def __init__(self, **options: Any) -> None:
            assert "_environ" not in options
            super().__init__(**options)

    monkeypatch.setattr("rich.console.Console", Other)
    made = stage(40, 10)
    view = made.screen.reply(model="m")
    view.feed(TextDelta("a *word*\n\n"))
    view.close(Ending.COMPLETE, None, 1.0)
    assert "a word" in made.terminal.lines()
