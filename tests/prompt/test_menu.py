"""The menu that opens while the user types: commands, arguments, paths, files behind an `@`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from desk import Desk, KnownArguments, Row, desk, run
from prompt_toolkit.data_structures import Size

from streamchat.core.ports import Typed
from streamchat.core.status_line import StatusPart
from streamchat.prompt import PromptLook
from streamchat.prompt.completion import Choice
from streamchat.prompt.file_offers import FileOffers
from streamchat.prompt.fuzzy import FuzzyTerms

TAB, DOWN, ESC, BACKSPACE = "\t", "\x1b[B", "\x1b", "\x7f"
FILES = ("README.md", "src/", "src/main.py", "src/my file.py", "tests/test_main.py")


async def shown_for(at: Desk, typed: str, awaited: str, then: str = "") -> list[str]:
    """The screen with the menu; `then` is typed after it."""
    reading = asyncio.ensure_future(at.prompt.read())
    at.type(typed)
    await at.sees(awaited)
    shown = at.screen()
    if then:
        at.type(then)
        await reading
    else:
        at.type("\x03\x03")
        await reading
    return shown


async def sent_after(at: Desk, typed: str, awaited: str, keys: str) -> object:
    """What is sent when `keys` are typed, once the menu shows `awaited`."""
    reading = asyncio.ensure_future(at.prompt.read())
    at.type(typed)
    await at.sees(awaited)
    at.type(keys)
    return await reading


def test_a_slash_opens_the_menu_with_one_sentence_of_help() -> None:
    with desk(shows_menu=True) as at:
        assert run(shown_for(at, "/", "Open another")) == [
            "❯ /",
            "    /help          List the commands",
            "    /model [NAME]  Show or change it",
            "    /retry         Ask again",
            "    /resume [REF]  Open another",
        ]


@pytest.mark.parametrize(
    ("typed", "names"),
    [("/re", ["/retry", "/resume"]), ("/rsm", ["/resume"]), ("/RE", ["/retry", "/resume"])],
)
def test_the_menu_narrows_as_the_user_types(typed: str, names: list[str]) -> None:
    with desk(shows_menu=True) as at:
        shown = run(shown_for(at, typed, names[-1]))
    assert [row.split()[0] for row in shown[1:]] == names


def test_backspace_widens_the_menu() -> None:
    with desk(shows_menu=True) as at:
        assert run(sent_after(at, "/rez" + BACKSPACE, "/retry", "t\r")) == Typed("/ret")


@pytest.mark.parametrize(
    ("keys", "sent"),
    [("\r", "/re"), (f"{DOWN}{DOWN}\r\r", "/resume "), (f"{DOWN}1\r", "/retry1")],
)
def test_enter_sends_what_is_typed_or_takes_what_is_chosen(keys: str, sent: str) -> None:
    with desk(shows_menu=True) as at:
        assert run(sent_after(at, "/re", "/retry", keys)) == Typed(sent)


def test_tab_takes_the_entries_in_turn() -> None:
    with desk(shows_menu=True) as at:
        assert run(sent_after(at, "/re", "/retry", f"{TAB}{TAB}\r\r")) == Typed("/resume ")


def test_the_menu_leaves_nothing_behind() -> None:
    with desk(shows_menu=True, size=Size(rows=8, columns=40)) as at:
        for number in range(6):
            at.read(f"line {number}\r")
        assert run(sent_after(at, "/re", "/retry", "\r")) == Typed("/re")
        lines = [f"❯ line {number}" for number in range(6)]
        assert at.whole() == [*lines, "❯ /re"]


def test_arguments_are_offered_with_a_note_and_found_by_it() -> None:
    choices = [Choice("1a2b", "Rust lifetimes"), Choice("3c4d", "Gardening")]
    with desk(arguments=lambda _: choices, shows_menu=True) as at:
        shown = run(shown_for(at, "/resume gard", "Gardening"))
        assert [row.split() for row in shown[1:]] == [["3c4d", "Gardening"]]


def test_the_words_before_an_argument_are_not_shown_again() -> None:
    choices = [Choice("opus haiku"), Choice("opus sonnet")]
    with desk(arguments=lambda _: choices, shows_menu=True) as at:
        shown = run(shown_for(at, "/model opus ", "sonnet"))
        assert [row.split() for row in shown[1:]] == [["haiku"], ["sonnet"]]


def test_an_argument_that_takes_time_is_offered_when_it_is_known() -> None:
    known: list[Choice] = []

    class Slow(KnownArguments):
        async def gather(self, command: str) -> None:
            await asyncio.sleep(0)
            known.append(Choice("opus", command))

    with desk(shows_menu=True, arguments=Slow(lambda _: known)) as at:
        assert run(sent_after(at, "/model o", "opus", f"{TAB}\r")) == Typed("/model opus")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("see @my", r"see @src/my\ file.py"),
        ('see @"my', 'see @"src/my file.py"'),
        ("@srcm", "@src/main.py"),
    ],
)
def test_an_at_offers_files_quoted_right(typed: str, sent: str) -> None:
    with desk(shows_menu=True, files=FILES) as at:
        assert run(sent_after(at, typed, "src/m", f"{TAB}\r\r")) == Typed(sent)


def test_tab_takes_the_only_file_and_enter_sends() -> None:
    with desk(shows_menu=True, files=["my notes.txt"]) as at:
        taken = run(sent_after(at, "see @my", "my notes", f"{TAB}\r"))
    assert taken == Typed(r"see @my\ notes.txt")


def test_files_that_fit_best_come_first() -> None:
    with desk(shows_menu=True, files=FILES) as at:
        shown = run(shown_for(at, "@main", "test_main"))
    assert [row.split()[0] for row in shown[1:]] == ["src/main.py", "tests/test_main.py"]


def test_tab_opens_the_menu_of_files_where_it_does_not_open_itself() -> None:
    with desk(files=FILES) as at:
        assert run(sent_after(at, f"@READ{TAB}", "README.md", "\r\r")) == Typed("@README.md")


@pytest.mark.parametrize("typed", ["/attach ", "@./", "@"])
def test_paths_are_those_of_the_directory(typed: str, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "my day.md").touch()
    (tmp_path / ".hidden").touch()
    look = PromptLook(marks=False, here=str(tmp_path))
    start = typed if typed != "@" else f"@{tmp_path}/"
    rows = (Row("attach", argument="[PATH]..."),)
    with desk(look=look, rows=rows, size=Size(rows=10, columns=120)) as at:
        sent = at.read(f"{start}n{TAB}m{TAB}\r")
    assert sent == Typed(f"{start}notes/my\\ day.md")


def test_esc_closes_the_menu_and_typing_goes_on() -> None:
    with desk(shows_menu=True) as at:

        async def closed() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("/re")
            await at.sees("/retry")
            at.type(ESC)
            await at.paper.until(lambda: at.screen() == ["❯ /re"])
            at.type("\r")
            return await reading

        assert run(closed()) == Typed("/re")


def test_pasted_text_opens_no_menu_of_files() -> None:
    with desk(shows_menu=True, files=FILES) as at:
        at.paste("see @main")
        assert at.read("\r") == Typed("see @main".replace("@", "\udc40"))
        assert at.screen() == ["❯ see @main"]


def test_files_are_listed_in_a_thread_and_once_for_a_prompt() -> None:
    threads: list[threading.Thread] = []

    def list_files() -> Sequence[str]:
        threads.append(threading.current_thread())
        return FILES

    async def found() -> list[Sequence[str]]:
        offers = FileOffers(list_files, tuple)
        first = await offers.find("main", lambda: False)
        second = await offers.find("zzz", lambda: False)
        offers.begin()
        third = await offers.find("readme", lambda: False)
        stale = await offers.find("main", lambda: True)
        return [first, second, third, stale]

    assert run(found()) == [("src/main.py", "tests/test_main.py"), (), ("README.md",), ()]
    assert len(threads) == 2
    assert threading.main_thread() not in threads


@pytest.mark.parametrize(
    ("typed", "text", "rank", "places"),
    [
        ("ma", "main", 0, [0, 1]),
        ("in", "main", 1, [2, 3]),
        ("mn", "main", 2, [0, 3]),
        ("MA", "main", None, []),
        ("ma in", "main", 1, [0, 1, 2, 3]),
        ("x", "main", None, []),
        ("", "main", 0, []),
        ("a.c", "abc", None, []),
    ],
)
def test_a_match_has_a_rank_and_places(
    typed: str, text: str, rank: int | None, places: list[int]
) -> None:
    terms = FuzzyTerms.of(typed)
    assert terms.rank(text, text.lower()) == rank
    assert terms.places(text) == places


@pytest.mark.parametrize("rows", [3, 4, 6, 8])
def test_the_menu_fits_above_the_line_below_the_prompt(rows: int) -> None:
    parts = (StatusPart("model", "opus"),)
    with desk(shows_menu=True, size=Size(rows, 40), status=lambda _: parts) as at:
        shown = run(shown_for(at, "/", "/help"))
    assert shown[0] == "❯ /"
    assert ("opus" in shown[-1]) is (rows >= 4)


def test_a_command_of_the_shell_opens_no_menu_of_files() -> None:
    with desk(shows_menu=True, files=FILES) as at:
        assert at.read("!git show @\r") == Typed("!git show @")
        assert "README" not in at.paper.getvalue()
