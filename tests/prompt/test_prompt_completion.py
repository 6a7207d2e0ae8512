"""Tab after a slash, and suggestions: what is offered, and what is not."""

from __future__ import annotations

import asyncio

import pytest
from desk import Desk, desk, run

from streamchat.ports import Typed
from streamchat.prompt import Choice

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
        assert run(menu_for(at, "/", "Open another.")) == [
            "❯ /",
            "    /help          List the commands.",
            "    /model [NAME]  Show or change it.",
            "    /retry         Ask again.",
            "    /resume [REF]  Open another.",
        ]


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


def test_a_hostile_or_later_line_of_history_is_not_suggested() -> None:
    with desk() as at:
        at.read("tell\x1b[200~\x9bm\x1b[201~\r")
        at.read("say one\ntwo\r")

        async def suggested() -> list[str]:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("tel\x03say o")
            await at.paper.until(lambda: at.screen()[-1] == "❯ say one" != at.screen()[-2])
            at.type("\x05\r")
            assert await reading == Typed("say one")
            return at.screen()

        assert run(suggested())[-1] == "❯ say one"
