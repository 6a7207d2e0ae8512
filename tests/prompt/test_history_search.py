"""Ctrl-R: the whole history, found by letters, with the match marked."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from desk import Desk, desk, run
from prompt_toolkit.data_structures import Size

from streamchat.core.keymap import build_keymap
from streamchat.core.ports import Typed
from streamchat.prompt.history import MAX_ENTRIES

CTRL_R, DOWN, UP, ESC = "\x12", "\x1b[B", "\x1b[A", "\x1b"
SENT = ("where is the key", "git rebase main", "explain this", "git status")


def kept(path: Path, *texts: str) -> Path:
    file = path / "history"
    entries = ({"text": text, "conversation": "c1"} for text in texts)
    file.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    return file


async def searched(at: Desk, typed: str, awaited: str, then: str) -> tuple[list[str], object]:
    """The screen of the search, and what is sent after it."""
    reading = asyncio.ensure_future(at.prompt.read())
    at.type(typed)
    await at.paper.until(lambda: any(awaited in row for row in at.screen()[:3]))
    shown = at.screen()
    at.type(then)
    return shown, await reading


def test_all_entries_are_shown_and_narrowed_the_newest_first(tmp_path: Path) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(10, 60)) as at:
        shown, sent = run(searched(at, f"{CTRL_R}git", "git rebase", "\r!\r"))
        assert shown == [
            "history: git",
            "❯ git status",
            "  git rebase main",
            "Ctrl-R goes to an older one; Enter takes it, Esc leaves",
        ]
        assert sent == Typed("git status!")
        assert at.screen() == ["❯ git status!"]


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        (f"{CTRL_R}\r\r", "git rebase main"),
        (f"{DOWN}\r\r", "git rebase main"),
        (f"{DOWN}{UP}\r\r", "git status"),
        (f"{CTRL_R}{CTRL_R}{CTRL_R}\t\r", "git rebase main"),
    ],
)
def test_the_keys_go_through_what_was_found(tmp_path: Path, keys: str, sent: str) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(10, 60)) as at:
        assert run(searched(at, f"{CTRL_R}git", "git rebase", keys))[1] == Typed(sent)


def test_letters_in_order_match_after_what_matches_exactly(tmp_path: Path) -> None:
    with desk(
        history=kept(tmp_path, "key", "k e y", "other", "kxexy"), size=Size(10, 60)
    ) as at:
        shown, _ = run(searched(at, f"{CTRL_R}key", "  kxexy", "\r\r"))
    assert shown[1:4] == ["❯ key", "  kxexy", "  k e y"]


def test_the_match_is_marked_and_in_sight(tmp_path: Path) -> None:
    long = "x" * 200 + " needle in it"
    with desk(history=kept(tmp_path, long), size=Size(10, 40)) as at:

        async def marked() -> str:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type(f"{CTRL_R}needle")
            await at.sees("needle in it")
            terminal = at.terminal()
            row = terminal.buffer[1]
            bold = "".join(
                row[x].data for x in range(40) if row[x].bold and row[x].fg == "cyan"
            )
            at.type("\x03\x03")
            await reading
            return bold.strip("❯ ")

        assert run(marked()) == "needle"


def test_esc_leaves_the_line_as_it_was(tmp_path: Path) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(10, 60)) as at:

        async def left() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type(f"git{CTRL_R}")
            await at.sees("git rebase")
            at.type(ESC)
            await at.paper.until(lambda: at.screen()[:1] == ["❯ git"])
            at.type("!\r")
            return await reading

        assert run(left()) == Typed("git!")
        assert at.screen() == ["❯ git!"]


def test_the_words_of_the_line_begin_the_search_and_nothing_may_match(tmp_path: Path) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(10, 60)) as at:
        shown, sent = run(
            searched(at, f"zzz{CTRL_R}", "Nothing matches.", "\r\x7f\x7f\x7f\r\r")
        )
    assert shown[0] == "history: zzz"
    assert sent == Typed("git status")


def test_enter_means_what_is_found_for_all_that_was_typed(tmp_path: Path) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(10, 60)) as at:
        assert at.read(f"{CTRL_R}key\r\r") == Typed("where is the key")


def test_the_whole_file_is_searched_not_only_what_up_recalls(tmp_path: Path) -> None:
    many = ["the oldest", *(f"entry {number}" for number in range(MAX_ENTRIES + 500))]
    with desk(history=kept(tmp_path, *many), size=Size(10, 60)) as at:
        assert at.read(f"{CTRL_R}oldest\r\r") == Typed("the oldest")


def test_several_lines_and_hostile_ones_are_one_row_and_come_back_whole(tmp_path: Path) -> None:
    text = "first\nsecond \x1b]52;c;x\x07"
    with desk(history=kept(tmp_path, text), size=Size(10, 60)) as at:
        shown, sent = run(searched(at, f"{CTRL_R}second", "second", "\r\r"))
    assert shown[1].startswith("❯ first second ␛]52")
    assert sent == Typed(text)


@pytest.mark.parametrize("rows", [2, 3, 5])
def test_a_low_window_shows_what_it_can(tmp_path: Path, rows: int) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(rows, 40)) as at:
        assert at.read(f"{CTRL_R}git{CTRL_R}\r\r") == Typed("git rebase main")


def test_a_text_that_was_cleared_here_and_sent_before_is_one_entry(tmp_path: Path) -> None:
    with desk(history=kept(tmp_path, *SENT), size=Size(10, 60)) as at:
        typed = f"git rebase main\x03{CTRL_R}git"
        shown, sent = run(searched(at, typed, "git status", f"{DOWN}\r\r"))
    assert shown[1:3] == ["❯ git rebase main", "  git status"]
    assert sent == Typed("git status")


def test_without_a_file_what_was_sent_here_is_found() -> None:
    with desk() as at:
        at.read("where is the key\r")
        at.read("other\r")
        assert at.read(f"{CTRL_R}wky\r\r") == Typed("where is the key")


def test_the_key_can_be_another_one(tmp_path: Path) -> None:
    keymap = build_keymap((("search_history", ("F3",)),))
    with desk(history=kept(tmp_path, *SENT), keymap=keymap, size=Size(10, 60)) as at:
        shown, sent = run(searched(at, f"{CTRL_R}\x1bORgit", "git reb", "\x1bOR\r\r"))
    assert shown[-1].startswith("F3 goes to an older one")
    assert sent == Typed("git rebase main")
