"""The line below the prompt: where it stands, and that nothing of it stays."""

from __future__ import annotations

import asyncio

import pytest
from desk import Desk, desk, run
from prompt_toolkit.data_structures import Size

from streamchat.core.ports import Key, TypeAhead, Typed
from streamchat.core.status_line import StatusPart
from streamchat.prompt import PromptLook

PARTS = (StatusPart("model", "opus"), StatusPart("cost", "$0.02"))
LINE = "opus · $0.02"


async def shown(at: Desk, keys: str, wanted: list[str]) -> None:
    at.type(keys)
    await at.paper.until(lambda: at.screen() == wanted)


def test_it_stands_below_the_text_however_that_grows_and_shrinks() -> None:
    with desk(status=lambda _: PARTS) as at:

        async def edited() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            await shown(at, "", ["❯", LINE])
            await shown(at, "a\nb\nc", ["❯ a", "  b", "  c", LINE])
            await shown(at, "\x7f\x7f", ["❯ a", "  b", LINE])
            at.type("\r")
            assert await reading == Typed("a\nb")
            assert at.screen() == ["❯ a", "  b"]

        run(edited())


@pytest.mark.parametrize(("keys", "result"), [("\x03", Key.INTERRUPT), ("\x04", Key.END)])
def test_nothing_stays_when_the_prompt_is_left(keys: str, result: Key) -> None:
    with desk(status=lambda _: PARTS) as at:
        assert at.read(keys) is result
        assert LINE not in "".join(at.whole())


def test_many_prompts_leave_none_in_the_scrollback() -> None:
    with desk(status=lambda _: PARTS, size=Size(rows=5, columns=40)) as at:
        for number in range(12):
            at.read(f"{number}\r")
        assert at.whole() == [f"❯ {number}" for number in range(12)]


def test_a_text_taller_than_the_window_leaves_none_either() -> None:
    with desk(status=lambda _: PARTS, size=Size(rows=5, columns=40)) as at:
        at.read("\n".join("abcdefgh") + "\r")
        assert at.whole() == ["❯ a", *(f"  {letter}" for letter in "bcdefgh")]


def test_the_queue_is_counted() -> None:
    counted: list[int] = []

    def status(queued: int) -> tuple[StatusPart, ...]:
        counted.append(queued)
        return PARTS

    are_queued = asyncio.Event()

    def show(ahead: TypeAhead | None) -> None:
        if ahead and ahead.queued:
            are_queued.set()

    async def queued(at: Desk) -> None:
        async with at.prompt.watching(lambda: None):
            at.type("one\r")
            await are_queued.wait()
        at.prompt.hold()
        reading = asyncio.ensure_future(at.prompt.read())
        await at.sees(LINE)
        at.type("\x04")
        await reading

    with desk(status=status, show_ahead=show) as at:
        run(queued(at))
    assert set(counted) == {1}


@pytest.mark.parametrize(
    ("rows", "columns", "line"),
    [(4, 40, [LINE]), (3, 40, []), (9, 13, [LINE]), (9, 12, ["opus"]), (9, 4, [])],
)
def test_it_gives_way_in_a_small_window(rows: int, columns: int, line: list[str]) -> None:
    with desk(status=lambda _: PARTS, size=Size(rows=rows, columns=columns)) as at:

        async def seen() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            await shown(at, "x", ["❯ x", *line])
            at.type("\r")
            await reading

        run(seen())


def test_no_parts_are_no_line() -> None:
    with desk(status=lambda _: ()) as at:

        async def seen() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            await shown(at, "x", ["❯ x"])
            assert at.terminal().cursor.y == 0
            at.type("\r")
            await reading

        run(seen())


def test_a_screen_reader_gets_none() -> None:
    with desk(status=lambda _: PARTS, look=PromptLook(status_line=False, marks=False)) as at:
        at.read("x\r")
        assert "opus" not in at.paper.getvalue()


def test_where_there_are_no_such_dots_a_comma_separates_the_parts() -> None:
    with desk(status=lambda _: PARTS, look=PromptLook(unicode=False, marks=False)) as at:

        async def seen() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            await shown(at, "x", ["> x", "opus, $0.02"])
            at.type("\r")
            await reading

        run(seen())
