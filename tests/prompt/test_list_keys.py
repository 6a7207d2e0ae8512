"""The keys of the lists and questions as they are bound, and the lines that name them."""

from __future__ import annotations

import asyncio

import pytest
from desk import Desk, desk, run
from prompt_toolkit.data_structures import Size

from fakes import MemoryArchive
from streamchat.core.conversation_index import ConversationSummary, Hit
from streamchat.core.keymap import KeyMap, build_keymap, read_bindings
from streamchat.core.ports import Input, PickAct, Picked, Typed
from streamchat.prompt import chooser, history_search, picker
from streamchat.prompt.drafts import describe_adopted

DOWN, F2, F5, F6, F7 = "\x1b[B", "\x1bOQ", "\x1b[15~", "\x1b[17~", "\x1b[18~"
REBOUND = build_keymap(
    read_bindings(
        {
            "list_up": "F2",
            "list_down": ["F5", "Ctrl-N"],
            "list_take": "F6",
            "list_leave": "F7",
            "list_rename": "Alt-R",
            "list_delete": [],
            "older": "Alt-O",
            "exit": "Alt-Q",
        }
    )
)
NONE = build_keymap(
    tuple((name, ()) for name in ("list_up", "list_down", "list_take", "list_leave", "older"))
)
OPTIONS = [(number, f"option {number}") for number in range(12)]
ARCHIVE = MemoryArchive(
    hits=[
        Hit(
            ConversationSummary(name, name, 60.0, 4, "m", None, f"/kept/{name}"),
            "t1",
            "user",
            "",
            (),
        )
        for name in ("one", "two", "three")
    ]
)


def asked(at: Desk, keys: str, awaited: str = "option 0") -> object:
    async def choosing() -> object:
        chosen = asyncio.ensure_future(at.prompt.choose("Which?", OPTIONS))
        await at.sees(awaited)
        at.type(keys)
        return await chosen

    return run(choosing())


def picked(at: Desk, keys: str) -> Picked | None:
    async def picking() -> Picked | None:
        found = asyncio.ensure_future(at.prompt.pick(ARCHIVE, str))
        await at.sees("1/3")
        at.type(keys)
        return await found

    return run(picking())


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (f"{F5}{F5}{F2}{F6}", 1),
        (f"\x0e{DOWN}\x04\r{F6}", 1),  # Down, Ctrl-D and Enter mean nothing any more
        (F7, None),
        ("\x03", None),
        (f"\x1bx10{F6}", 10),  # Alt-X types nothing
    ],
)
def test_the_keys_of_a_list_can_be_bound(keys: str, chosen: int | None) -> None:
    with desk(keymap=REBOUND, size=Size(20, 70)) as at:
        assert asked(at, keys) == chosen


@pytest.mark.parametrize(
    ("typed", "sent"), [("how are you\r", "how are you?"), ("option 1", "?")]
)
def test_a_message_that_a_question_cuts_into_goes_to_the_next_prompt(
    typed: str, sent: str
) -> None:
    """What is found was a search, which is over with its list."""

    async def person() -> Input:
        choosing = asyncio.ensure_future(at.prompt.choose("Which?", OPTIONS))
        await at.sees("option 0")
        at.type(typed)
        await at.sees(f"Which? {typed.strip()}")
        at.type("\x03")
        assert await choosing is None
        at.type("?\r")
        return await at.prompt.read()

    with desk(size=Size(20, 70)) as at:
        assert run(person()) == Typed(sent)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (f"{F5}\x1br", Picked("/kept/two", PickAct.RENAME)),
        (f"\x18\x12{F6}", Picked("/kept/one")),  # Ctrl-X and Ctrl-R mean nothing any more
    ],
)
def test_the_conversations_have_keys_of_their_own(keys: str, found: Picked) -> None:
    with desk(keymap=REBOUND, size=Size(20, 70)) as at:
        assert picked(at, keys) == found


def test_a_question_is_left_by_the_key_of_lists() -> None:
    async def left() -> object:
        asking = asyncio.ensure_future(at.prompt.ask_secret("Key"))
        await at.sees("Key (F7 goes back):")
        at.type(f"\x1bx\x04y{F7}")
        return await asking

    with desk(keymap=REBOUND, size=Size(20, 70)) as at:
        assert run(left()) is None


def test_the_search_of_the_history_knows_them_too() -> None:
    with desk(keymap=REBOUND, size=Size(20, 70)) as at:
        for text in ("git one", "git two", "git three"):
            at.read(f"{text}\r")

        async def searched() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("git\x12")
            await at.sees("❯ git three")
            at.type(f"{F5}\x12{F2}{F6}\r")
            return await reading

        assert getattr(run(searched()), "text", "") == "git two"


@pytest.mark.parametrize(
    ("keymap", "lines"),
    [
        (
            build_keymap(),
            [
                "Enter open, ^R rename, ^X delete, ^F copy, ^E export, Esc leave",
                "Up, Down, or type to search; Enter takes it, Esc leaves",
                "Ctrl-R goes to an older one; Enter takes it, Esc leaves",
            ],
        ),
        (
            REBOUND,
            [
                "F6 open, Alt-R rename, ^F copy, ^E export, F7 leave",
                "F2, F5, or type to search; F6 takes it, F7 leaves",
                "Ctrl-R goes to an older one; F6 takes it, F7 leaves",
            ],
        ),
        (
            NONE,
            [
                "^R rename, ^X delete, ^F copy, ^E export, ^C leave",
                "Type to search; Ctrl-C leaves",
                "Ctrl-R goes to an older one; Tab takes it, Ctrl-C leaves",
            ],
        ),
    ],
    ids=["usual", "rebound", "none"],
)
def test_a_list_names_its_keys_as_they_are_bound(keymap: KeyMap, lines: list[str]) -> None:
    said = [module.format_keys(keymap) for module in (picker, chooser, history_search)]
    assert said == lines


@pytest.mark.parametrize(
    ("count", "key", "said"),
    [
        (1, "Alt-O", "An unsent draft is one Alt-O away."),
        (1, "", "An unsent draft is in the history."),
        (2, "Alt-O", "2 unsent drafts are in the history. Alt-O brings them back."),
        (2, "", "2 unsent drafts are in the history."),
        (0, "", ""),
    ],
)
def test_a_draft_is_told_with_the_key_that_recalls_it(count: int, key: str, said: str) -> None:
    assert describe_adopted(count, key) == said


def test_leaving_during_an_answer_names_the_key_that_does_it() -> None:
    async def pressed(at: Desk) -> None:
        async with at.prompt.watching(lambda: None):
            at.type("\x1bq")
            await at.sees("Alt-Q again stops this and exits.")

    with desk(keymap=REBOUND, size=Size(20, 70)) as at:
        run(pressed(at))
