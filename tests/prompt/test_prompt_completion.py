"""Tab after a slash, and suggestions: what is offered, and what is not."""

from __future__ import annotations

import asyncio

import pytest
from desk import ROWS, Desk, desk, run
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document

from streamchat.core.ports import Typed
from streamchat.prompt.completion import Choice, SuggestFromHistory
from streamchat.prompt.history import FileHistory

TAB = "\t"


async def menu_for(at: Desk, typed: str, awaited: str) -> list[str]:
    """The screen with the menu that Tab opens."""
    reading = asyncio.ensure_future(at.prompt.read())
    at.type(typed + TAB)
    await at.sees(awaited)
    shown = at.screen()
    at.type("\x03\x03")
    await reading
    return shown


def test_tab_shows_the_commands_with_their_help() -> None:
    with desk() as at:
        assert run(menu_for(at, "/", "Open another")) == [
            "❯ /",
            "    /help          List the commands",
            "    /model [NAME]  Show or change it",
            "    /retry         Ask again",
            "    /resume [REF]  Open another",
        ]


@pytest.mark.parametrize("rows", [3, 4, 5, 8])
def test_a_low_window_shows_what_it_can_of_the_menu(rows: int) -> None:
    with desk(size=Size(rows=rows, columns=20)) as at:
        shown = run(menu_for(at, "/", "/help"))
    assert shown[0] == "❯ /"
    names = [f"/{row.name}" for row in ROWS]
    assert [row.split()[0] for row in shown[1:]] == names[: rows - 1]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/h", "/help"),
        ("/mo", "/model "),
        ("/?", "/?"),
        ("/re", "/re"),
        ("//h", "//h    "),
        ("hello", "hello    "),
        ("/model o", "/model opus"),
        ("/model", "/model "),
    ],
)
def test_tab_inserts_what_is_certain(typed: str, sent: str) -> None:
    def arguments(command: str) -> list[Choice]:
        return [Choice("opus"), Choice("sonnet")] if command == "model" else []

    with desk(arguments=arguments) as at:
        assert at.read(f"{typed}{TAB}\r") == Typed(sent)


def test_arguments_match_anywhere_and_show_their_note() -> None:
    choices = [Choice("claude-opus-5", "dear"), Choice("claude-sonnet-5", "quick")]
    with desk(arguments=lambda _: choices) as at:
        shown = run(menu_for(at, "/model c", "quick"))
        assert [row.split() for row in shown] == [
            ["❯", "/model", "claude-"],
            ["claude-opus-5", "dear"],
            ["claude-sonnet-5", "quick"],
        ]
        assert at.read(f"/model SONN{TAB}\r") == Typed("/model claude-sonnet-5")


def test_tab_again_and_enter_take_one_and_enter_sends_it() -> None:
    with desk() as at:

        async def chosen() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("/re" + TAB)
            await at.sees("/resume")
            at.type(f"{TAB}{TAB}\r\r")
            return await reading

        assert run(chosen()) == Typed("/resume ")


def test_nothing_pops_up_while_typing() -> None:
    with desk() as at:

        async def typed() -> list[str]:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("/re")
            await at.sees("/re")
            shown = at.screen()
            at.type("\r")
            await reading
            return shown

        assert run(typed()) == ["❯ /re"]


def test_hostile_titles_are_not_offered_and_hostile_notes_are_tamed() -> None:
    choices = [Choice("a\x1b]52;c;x\x07"), Choice("ab", "note\x9b31m\n\u202e"), Choice("ac")]
    with desk(arguments=lambda _: choices) as at:
        shown = run(menu_for(at, "/model a", "note"))
        assert [row.split() for row in shown[1:]] == [["ab", "note�31m", "�"], ["ac"]]


def suggestion(typed: str, *sent: str) -> str | None:
    history = FileHistory(None)
    for text in sent:
        history.record(text, conversation=None)
    found = SuggestFromHistory().get_suggestion(Buffer(history=history), Document(typed))
    return found.text if found else None


def test_the_newest_entry_that_begins_so_is_suggested_to_the_end_of_its_line() -> None:
    assert suggestion("say", "say one", "say two\nthree", "other") == " two"
    assert suggestion("say one", "say one") is None
    assert suggestion("", "say one") is None
    assert suggestion("say\n", "say\none") is None


def test_nothing_unseen_is_suggested() -> None:
    assert suggestion("tell", "tell me", "tell\x9bm", "tell\u202eme") == " me"
