"""The painter, judged by a terminal emulator with a history."""

from __future__ import annotations

import random

import pyte
import pytest
from pyte_terminal import MODES, PyteTerminal, printed
from row_streams import RowStream, build_painter, build_row

from shares import share
from streamchat.render.rows import BLANK, Row
from streamchat.render.screen.pen import ERASE_BELOW
from streamchat.render.screen.row_diff import plain_text


def lines_of(rows: list[Row]) -> list[str]:
    lines = [plain_text(row).rstrip() for row in rows]
    while lines and not lines[-1]:
        lines.pop()
    return lines


STATUS = build_row("⠋ writing · model · 12 s · esc to stop"[:20], "\x1b[2m")


def check_modes(frame: str) -> None:
    """Every synchronised update that a frame opens, it closes."""
    switches = [s for number, s in MODES.findall(frame) if number == "2026"]
    assert switches in ([], ["h", "l"])
    if switches:
        assert frame.startswith("\x1b[?2026h")
        assert frame.endswith("\x1b[?2026l")


@pytest.mark.parametrize("seed", share(range(8), every=8))
@pytest.mark.parametrize("height", [1, 2, 3, 5, 10, 24, 50])
@pytest.mark.parametrize("width", share([20, 40, 80, 132], every=2))
def test_frames_of_any_stream_leave_what_printing_it_would(
    width: int, height: int, seed: int
) -> None:
    stream = RowStream(width, seed)
    drops = random.Random(seed)
    saves = (seed + height) % 2 == 0
    painter = build_painter(
        width=width, height=height, deletes_rows=not saves, synchronizes=True
    )
    terminal = PyteTerminal(width, height, saves_deleted_rows=saves)
    terminal.feed("above\r\n")  # never is a live row the first of the screen
    above = build_row("above")
    waiting: list[Row] = []
    for _ in range(150):
        waiting += stream.step()
        if drops.random() < 0.4:
            continue  # the scheduler drops frames
        live = [*stream.tail, STATUS]
        frame = painter.frame(waiting, live)
        check_modes(frame)
        terminal.feed(frame)
        waiting.clear()
        visible = live[-(height - 1) :] if height > 1 else []
        assert terminal.lines() == lines_of([above, *stream.settled, *visible])
    terminal.feed(painter.finish([*waiting, *stream.close()]))
    expected = printed([above, *stream.settled], width, height)
    assert terminal.lines() == expected.lines()
    assert terminal.styles() == expected.styles()
    assert terminal.screen.cursor.x == 0
    assert terminal.modes().get("7", "h") == "h"


def test_what_is_on_the_screen_is_not_sent_again() -> None:
    painter = build_painter(width=80, height=24)
    rows = [build_row(f"row {number}") for number in range(5)]
    painter.frame([], [*rows, STATUS])
    assert painter.frame([], [*rows, STATUS]) == ""
    assert painter.frame(rows[:3], [*rows[3:], STATUS]) == ""


def test_a_row_that_grew_sends_only_what_is_new() -> None:
    painter = build_painter(width=80, height=24)
    painter.frame([], [build_row("the answe"), STATUS])
    assert painter.frame([], [build_row("the answer"), STATUS]) == "\x1b[A\x1b[10Gr\r\n"
    frame = painter.frame([], [build_row("the answer 好", ""), STATUS])
    assert frame == "\x1b[A\x1b[11G 好\r\n"


def test_a_styled_row_that_grew_sends_only_what_is_new_and_its_style() -> None:
    painter = build_painter(width=80, height=24)
    painter.frame([], [build_row("bol", "\x1b[1m")])
    frame = painter.frame([], [build_row("bold", "\x1b[1m")])
    assert frame == "\x1b[4G\x1b[1md\x1b[0m\r"


def test_a_spinner_costs_its_own_cell() -> None:
    painter = build_painter(width=80, height=24)
    painter.frame([], [build_row("⠋ thinking · 3 s · esc to stop", "\x1b[2m")])
    frame = painter.frame([], [build_row("⠙ thinking · 3 s · esc to stop", "\x1b[2m")])
    assert frame == "\x1b[2m⠙\x1b[0m\r"


def test_a_new_row_does_not_send_the_status_below_it_again() -> None:
    painter = build_painter(width=80, height=24)
    painter.frame([], [build_row("one"), STATUS])
    frame = painter.frame([build_row("one")], [build_row("two"), STATUS])
    assert frame == "\r\n\x1b[A\x1b[Ltwo\r\n"


def test_a_status_that_changes_as_a_row_is_added_is_only_patched() -> None:
    painter = build_painter(width=80, height=24)
    painter.frame([], [build_row("one"), BLANK, build_row("model · 12 s · esc to stop")])
    frame = painter.frame(
        [], [build_row("one"), build_row("two"), BLANK, build_row("model · 13 s · esc to stop")]
    )
    assert "3" in frame
    assert "model" not in frame
    assert "stop" not in frame


def test_a_window_that_moves_on_sends_only_its_new_row() -> None:
    painter = build_painter(width=80, height=10)
    rows = [build_row(f"row number {number} of a tall paragraph") for number in range(30)]
    painter.frame([], [*rows[:20], STATUS])
    frame = painter.frame([], [*rows[:21], STATUS])
    assert "row number 20 of" in frame
    assert "row number 19 of" not in frame
    assert len(frame) < 80


@pytest.mark.parametrize("old", ["full row of 20 cells", "a👩‍💻b", "ab", ""])
@pytest.mark.parametrize(
    "new", ["full row of 20 cell!", "short", "a👩‍💻bc", "好好好好好好好好好好"]
)
def test_one_row_becomes_another(old: str, new: str) -> None:
    painter, terminal = build_painter(width=20, height=5), PyteTerminal(20, 5)
    terminal.feed(painter.frame([], [build_row(old), STATUS]))
    terminal.feed(painter.frame([], [build_row(new), STATUS]))
    expected = printed([build_row(new), STATUS], 20, 5)
    assert terminal.lines() == expected.lines()


def test_a_row_wider_than_we_thought_is_clipped_and_nothing_drifts() -> None:
    painter, terminal = build_painter(width=20, height=5), PyteTerminal(20, 5)
    liar = Row(
        "x" * 26 + "\u0301", 20
    )  # as a terminal sees an emoji whose width it does not share
    terminal.feed(painter.frame([], [build_row("above"), liar, build_row("below"), STATUS]))
    terminal.feed(
        painter.frame([build_row("above")], [build_row("other"), build_row("rows"), STATUS])
    )
    terminal.feed(painter.finish())
    assert terminal.lines() == ["above"]


def test_a_settled_row_wider_than_we_thought_loses_nothing() -> None:
    painter, terminal = build_painter(width=20, height=5), PyteTerminal(20, 5)
    terminal.feed(painter.frame([Row("x" * 26, 20)], [STATUS]))
    terminal.feed(painter.finish())
    assert terminal.lines() == ["x" * 20, "x" * 6]


@pytest.mark.parametrize("size", [(132, 24), (80, 50), (80, 6), (50, 24), (30, 4), (20, 3)])
def test_a_resize_redraws_the_live_region_and_keeps_what_settled(size: tuple[int, int]) -> None:
    """pyte cuts rows when it gets narrower, as xterm does."""
    painter, terminal = build_painter(width=80, height=24), PyteTerminal(80, 24)
    settled = [build_row(f"settled {number}") for number in range(40)]
    tail = [build_row(f"tail {number}") for number in range(3)]
    terminal.feed(painter.frame(settled, [*tail, STATUS]))
    width, height = size
    shrink_from_the_top(terminal, width, height)
    painter.resize(width, height)
    terminal.feed(painter.frame([], [*tail, STATUS]))
    terminal.feed(painter.finish(tail))
    lines = terminal.lines()
    assert [line for line in lines if line.startswith("settled")] == [r.text for r in settled]
    stale = max(0, 4 - height)
    assert lines[-3:] == ["tail 0", "tail 1", "tail 2"]
    assert len(lines) == len(settled) + 3 + stale


@pytest.mark.parametrize("deletes_rows", [True, False])
@pytest.mark.parametrize(
    "heights", [[20], [8], [3], [20, 8], [38, 35, 30, 20], [20, 40], [6, 30]]
)
def test_a_lower_window_leaves_no_row_twice(heights: list[int], deletes_rows: bool) -> None:
    """A tail of 33 rows stands in part in the scrollback, as no terminal can prevent."""
    painter = build_painter(width=40, height=40, deletes_rows=deletes_rows)
    terminal = PyteTerminal(40, 40, saves_deleted_rows=not deletes_rows)
    settled = [build_row(f"settled {number}") for number in range(50)]
    tail = [BLANK, *(build_row(f"tail {number}") for number in range(60))]
    terminal.feed(painter.frame(settled, [*tail[:33], BLANK, STATUS]))
    for height in heights:
        shrink_from_the_top(terminal, 40, height)
        painter.resize(40, height)
        terminal.feed(painter.frame([], [*tail[:33], BLANK, STATUS]))
    for end in range(34, len(tail)):
        terminal.feed(painter.frame([], [*tail[:end], BLANK, STATUS]))
    terminal.feed(painter.finish(tail))
    assert terminal.lines() == lines_of([*settled, *tail])


def test_a_lower_window_leaves_a_block_that_changed_whole_at_the_end() -> None:
    painter, terminal = build_painter(width=40, height=20), PyteTerminal(40, 20)
    terminal.feed("above\r\n")
    terminal.feed(painter.frame([], [*(build_row(f"| {n} |") for n in range(15)), STATUS]))
    shrink_from_the_top(terminal, 40, 10)
    painter.resize(40, 10)
    table = [build_row(f"|  {n} is wider  |") for n in range(15)]
    terminal.feed(painter.frame([], [*table, STATUS]))
    terminal.feed(painter.finish(table))
    assert terminal.lines()[-15:] == lines_of(table)


def shrink_from_the_top(terminal: PyteTerminal, width: int, height: int) -> None:
    """As real terminals do: what no longer fits scrolls into the history."""
    screen = terminal.screen
    while screen.cursor.y >= height:
        screen.history.top.append(screen.buffer[0])
        for y in range(screen.lines - 1):
            screen.buffer[y] = screen.buffer[y + 1]
        screen.buffer.pop(screen.lines - 1)
        screen.cursor.y -= 1
    screen.lines = height
    y = screen.cursor.y
    screen.resize(columns=width)
    screen.cursor.y = y


def test_a_terminal_that_reflows_is_erased_from_where_the_rows_went() -> None:
    painter = build_painter(width=80, height=24, reflows=True)
    painter.frame([], [build_row("x" * 70), build_row("y" * 79), build_row("end")])
    painter.resize(40, 24)
    # two rows became two each, and the cursor stands in a fifth
    assert painter.frame([], []) == f"\r\x1b[4A{ERASE_BELOW}"


def test_the_cursor_of_such_a_terminal_may_be_in_the_second_part_of_its_row() -> None:
    painter = build_painter(width=80, height=24, reflows=True)
    typed = build_row("y" * 79)
    painter.frame([], [build_row("x" * 70), typed], typed)
    painter.resize(40, 24)
    assert painter.frame([], []) == f"\x1b[?25l\r\x1b[3A{ERASE_BELOW}"


def test_where_an_erased_row_stays_wrapped_it_is_deleted() -> None:
    painter = build_painter(width=80, height=24, reflows=True, keeps_wraps=True)
    painter.frame([], [build_row("x" * 70), build_row("end")])
    painter.resize(40, 24)
    assert painter.frame([], []) == "\r\x1b[2A\x1b[24M"


def test_leaving_at_any_time_goes_below_the_live_region_and_wraps_again() -> None:
    for seed in range(20):
        stream = RowStream(40, seed)
        painter, terminal = build_painter(width=40, height=10), PyteTerminal(40, 10)
        for _ in range(seed * 3):
            terminal.feed(painter.frame(stream.step(), [*stream.tail, STATUS]))
        shown = terminal.lines()
        terminal.feed(painter.leave())
        assert terminal.lines() == shown
        assert terminal.screen.cursor.x == 0
        assert terminal.screen.buffer[terminal.screen.cursor.y][0].data == " "
        assert terminal.modes().get("7", "h") == "h"


def test_printing_above_needs_the_live_region_erased_and_drawn_again() -> None:
    painter, terminal = build_painter(width=40, height=10), PyteTerminal(40, 10)
    terminal.feed(painter.frame([build_row("settled")], [build_row("tail"), STATUS]))
    terminal.feed(
        painter.erase() + "printed above\r\n" + painter.frame([], [build_row("tail"), STATUS])
    )
    assert terminal.lines() == ["settled", "printed above", "tail", "⠋ writing · model ·"]


def paragraph(random_: random.Random, width: int) -> list[str]:
    words = [random_.choice(["token", "of", "an", "ordinary", "answer"]) for _ in range(60)]
    return wrapped(words, width)


def wrapped(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


@pytest.mark.parametrize(("height", "budget"), [(24, 2.0), (10, 3.0)])
def test_bytes_stay_within_the_budget(height: int, budget: float) -> None:
    """Prose held until it is whole, then code that settles some lines behind."""
    random_ = random.Random(1)
    painter = build_painter(width=80, height=height)
    settled: list[Row] = []
    sent = frames = 0

    def show(new: list[Row], tail: list[Row]) -> None:
        nonlocal sent, frames
        frames += 1
        status = build_row(
            f"  writing · model · {frames // 20} s · {frames // 10 * 50} tokens", "\x1b[2m"
        )
        sent += len(painter.frame(new, [*tail, status]).encode())
        settled.extend(new)

    for _ in range(12):
        lines = paragraph(random_, 80)
        text = " ".join(lines)
        for end in range(20, len(text), 20):  # five tokens a frame
            show([], [build_row(line) for line in wrapped(text[:end].split(), 80)])
        show([build_row(line) for line in lines] + [BLANK], [])
        lag = min(8, height // 4)
        code = [build_row(f"    value_{n} = call({n})", "\x1b[34m") for n in range(30)]
        for n in range(len(code)):
            show(
                code[max(0, n - lag) : max(0, n - lag + 1)][: 1 if n >= lag else 0],
                code[max(0, n - lag + 1) : n + 1],
            )
        show([*code[len(code) - lag :], BLANK], [])
    sent += len(painter.finish().encode())
    once = sum(len(row.text.encode()) + 2 for row in settled)
    assert sent <= budget * once


def test_after_a_patch_in_the_middle_of_a_row_its_end_is_found_again() -> None:
    terminal = PyteTerminal(40, 10)
    painter = build_painter(width=40, height=10)
    for text in ("one     |", "one two |", "one two | three"):
        terminal.feed(painter.frame([], [Row(text, len(text))]))
        assert terminal.lines() == [text]


def test_behind_a_full_row_the_cursor_is_nowhere_that_terminals_agree_on() -> None:
    """Some have it in the last column, some behind it: a move back from there differs."""
    painter = build_painter(width=20, height=5)
    before = build_row("👩‍💻" + "x" * 18)
    painter.frame([], [before], before)
    frame = painter.frame([], [build_row("👩‍💻" + "x" * 16 + "yz")])
    assert frame == "\x1b[?25l\r\x1b[?7l\x1b[K👩‍💻" + "x" * 16 + "yz\r\x1b[?7h"


@pytest.mark.parametrize("seed", range(5))
def test_between_frames_the_cursor_rests_in_the_last_row_and_rows_wrap(seed: int) -> None:
    stream = RowStream(40, seed)
    painter, terminal = build_painter(width=40, height=8), PyteTerminal(40, 8)
    for _ in range(100):
        frame = painter.frame(stream.step(), [*stream.tail, STATUS])
        terminal.feed(frame)
        cursor = terminal.screen.cursor
        assert terminal.lines()[-1] == plain_text(STATUS).rstrip()
        row = [cell.data for _, cell in sorted(terminal.screen.buffer[cursor.y].items())]
        assert (cursor.x, "".join(row)) == (0, plain_text(STATUS))
        assert pyte.modes.DECAWM in terminal.screen.mode


def test_the_cursor_is_seen_only_behind_what_stands_before_it() -> None:
    painter, terminal = build_painter(width=40, height=8), PyteTerminal(40, 8)
    cursor = terminal.screen.cursor
    typed = build_row("> a line")
    terminal.feed(painter.frame([], [build_row("tail"), typed], build_row("> a")))
    assert (cursor.x, cursor.y, terminal.modes()["25"]) == (3, 1, "h")
    frame = painter.frame([], [build_row("tail grows"), typed], build_row("> a"))
    assert (frame[:6], frame[-6:]) == ("\x1b[?25l", "\x1b[?25h")
    terminal.feed(frame)
    assert (cursor.x, cursor.y, terminal.lines()) == (3, 1, ["tail grows", "> a line"])
    assert painter.frame([], [build_row("tail grows"), typed], build_row("> a")) == ""
    typed = build_row("> ab line")
    frame = painter.frame([], [build_row("tail grows"), typed], build_row("> ab"))
    assert "25" not in frame  # the cursor stays in its row
    terminal.feed(frame)
    assert (cursor.x, terminal.lines()[-1]) == (4, "> ab line")
    terminal.feed(painter.frame([], [build_row("tail grows"), typed]))
    assert (cursor.x, terminal.modes()["25"]) == (0, "l")


def test_the_cursor_is_where_the_terminal_finds_what_stands_before_it() -> None:
    """A family of emoji is two cells wide, six or eight."""
    painter = build_painter(width=40, height=8)
    caret, typed = build_row("👩‍💻"), build_row("👩‍💻 and more")
    frame = painter.frame([], [build_row("tail"), typed], caret)
    assert frame.endswith("👩‍💻 and more\r👩‍💻\x1b[?7h\x1b[?25h")
    assert painter.frame([], [build_row("tail"), typed], caret) == ""


def test_changes_appear_at_once_only_where_the_terminal_can_do_that() -> None:
    rows = [build_row("tail"), STATUS]
    assert "2026" not in build_painter(width=40, height=8).frame([build_row("one")], rows)
    painter = build_painter(width=40, height=8, synchronizes=True)
    painter.frame([], rows)
    frame = painter.frame([], [build_row("other"), build_row("more"), STATUS])
    assert (frame[:8], frame[-8:]) == ("\x1b[?2026h", "\x1b[?2026l")


def test_a_terminal_that_is_ours_again_has_its_cursor_hidden() -> None:
    painter = build_painter(width=40, height=8)
    painter.frame([], [STATUS])
    painter.leave()
    assert painter.frame([], [STATUS]).startswith("\x1b[?25l")
    painter.reclaim()
    assert painter.frame([], [STATUS]) == "\x1b[?25l"


def test_a_settled_row_that_the_terminal_may_find_wider_is_written_again() -> None:
    """Live, its end was clipped; pyte shows a family as one, but xterm as four."""
    painter = build_painter(width=20, height=5)
    family = build_row("👩‍👩‍👧‍👦 with a long row")
    painter.frame([], [family, STATUS])
    assert family.text in painter.frame([family], [STATUS])
    short = build_row("👩‍👩‍👧‍👦 short")
    painter.frame([], [short, STATUS])
    assert painter.frame([short], [STATUS]) == ""


def test_a_settled_row_that_is_too_wide_is_wrapped_by_the_terminal() -> None:
    terminal = PyteTerminal(10, 6)
    painter = build_painter(width=10, height=6)
    status = build_row("status")
    terminal.feed(painter.frame([], [build_row("0123456789"), build_row("abcdef"), status]))
    long = build_row("0123456789abcdefghij")
    frame = painter.frame(
        [build_row("above"), long, build_row("below")], [build_row("x"), status]
    )
    assert long.text in frame  # in one go, without a line's end in it
    terminal.feed(frame)
    assert terminal.lines() == ["above", "0123456789", "abcdefghij", "below", "x", "status"]
    terminal.feed(painter.frame([long, long], [status]))
    terminal.feed(painter.finish([build_row("end")]))
    wrapped = ["0123456789", "abcdefghij"]
    assert terminal.lines() == ["above", *wrapped, "below", *wrapped, *wrapped, "end"]
    assert terminal.screen.cursor.x == 0
