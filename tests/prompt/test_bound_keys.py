"""Keys that are bound to other actions, Enter as a new line, and vi, at the real prompt and
in the row that is typed during an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from desk import Desk, desk, run

from loop_time import time_standing_still
from streamchat.core.keymap import KeyMap, build_keymap
from streamchat.core.ports import Key, TypeAhead, Typed

ESC, UP, ALT_ENTER, CTRL_ENTER, SHIFT_ENTER = (
    "\x1b",
    "\x1b[A",
    "\x1b\r",
    "\x1b[13;5u",
    "\x1b[13;2u",
)
F5 = "\x1b[15~"
VI = build_keymap(is_vi=True)
ENTER_IS_NEW_LINE = build_keymap(enter_sends=False)


def bound(**actions: str) -> KeyMap:
    return build_keymap(tuple((name, (chord,)) for name, chord in actions.items()))


@pytest.mark.parametrize("sends", [ALT_ENTER, CTRL_ENTER])
def test_enter_can_be_a_new_line(sends: str) -> None:
    with desk(keymap=ENTER_IS_NEW_LINE) as at:
        typed = f"one\rtwo\\\r{SHIFT_ENTER}\nthree{sends}"
        assert at.read(typed) == Typed("one\ntwo\\\n\n\nthree")


def test_an_action_moves_to_another_key() -> None:
    with desk(keymap=bound(send="F5", exit="Alt-Q")) as at:
        assert at.read(f"one{F5}") == Typed("one")
        assert at.read("\x04two\x1b[D\x04\x04" + F5) == Typed("tw")
        assert at.read("\x1bq") == Key.END


def test_a_chord_of_two_keys_can_be_bound() -> None:
    unfolded = asyncio.Event()
    with desk(keymap=bound(thinking="Ctrl-X t"), unfold=unfolded.set) as at:

        async def shown() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("\x18ta\x0f")
            await unfolded.wait()
            at.type("\r")
            return await reading

        assert run(shown()) == Typed("a")


def test_a_key_that_was_taken_away_does_nothing() -> None:
    keymap = build_keymap((("older", ()), ("edit_last", ()), ("complete", ())))
    with desk(keymap=keymap) as at:
        at.read("one\r")
        assert at.read(f"{UP}\x10/h\t\r") == Typed("/h    ")


def test_the_last_question_has_a_key_of_its_own() -> None:
    with desk(keymap=bound(edit_last="Alt-Up")) as at:
        assert at.read("\x1b[1;3A") == Key.EDIT_PREVIOUS


def test_vi_edits_in_normal_mode_and_says_so() -> None:
    with desk(keymap=VI) as at:

        async def edited() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type(f"one two{ESC}")
            await at.sees("❮ one two")
            at.type("bcwthree")
            await at.sees("❯ one three")
            at.type(ESC)
            await at.sees("❮ one three")
            at.type("\r")
            return await reading

        assert run(edited()) == Typed("one three")
        assert at.screen() == ["❯ one three"]


def test_vi_recalls_with_k_and_j() -> None:
    with desk(keymap=VI) as at:
        at.read("one\r")
        at.read("two\r")
        with time_standing_still():
            assert at.read(f"{ESC}kkj\r") == Typed("two")


def test_vi_counts_and_undoes() -> None:
    with desk(keymap=VI) as at, time_standing_still():
        assert at.read(f"a b c d{ESC}02dwx{ESC}uix\r") == Typed("xc d")


class Ahead:
    """What a screen is told, and how often the answer is stopped."""

    def __init__(self) -> None:
        self.seen: list[TypeAhead] = []
        self.stops = 0
        self._came = asyncio.Event()

    def show(self, shown: TypeAhead | None) -> None:
        if shown is not None:
            self.seen.append(shown)
            self._came.set()

    def stop(self) -> None:
        self.stops += 1

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._came.clear()
            await self._came.wait()

    async def shows(self, text: str) -> None:
        await self.until(lambda: bool(self.seen) and self.seen[-1].text == text)


async def type_during_an_answer(at: Desk, ahead: Ahead, keys: str, shown: str) -> None:
    async with at.prompt.watching(ahead.stop):
        at.type(keys)
        await ahead.shows(shown)


def test_the_row_during_an_answer_knows_vi() -> None:
    ahead = Ahead()

    async def edited(at: Desk) -> None:
        async with at.prompt.watching(ahead.stop):
            at.type(f"one two{ESC}")
            await ahead.until(lambda: bool(ahead.seen) and ahead.seen[-1].is_normal)
            at.type("bcw2\r")
            await ahead.shows("")
            at.type("k")
            await ahead.shows("k")

    with desk(keymap=VI, show_ahead=ahead.show) as at:
        run(edited(at))
    assert (ahead.stops, ahead.seen[-1]) == (0, TypeAhead("k", 1, ("one 2",)))


def test_esc_during_an_answer_leaves_the_insert_mode_and_then_stops() -> None:
    ahead = Ahead()

    async def stopped(at: Desk) -> list[tuple[int, bool]]:
        states = []
        async with at.prompt.watching(ahead.stop):
            at.type("one")
            await ahead.shows("one")
            for _ in range(2):
                count = len(ahead.seen)
                at.type(ESC)
                await ahead.until(lambda: len(ahead.seen) > count)  # noqa: B023
                states.append((ahead.stops, ahead.seen[-1].is_normal))
        return states

    with desk(keymap=VI, show_ahead=ahead.show) as at:
        assert run(stopped(at)) == [(0, True), (1, True)]


def test_another_key_than_esc_stops_in_the_insert_mode_too() -> None:
    ahead = Ahead()
    keymap = build_keymap((("stop", ("Esc", "F5")),), is_vi=True)
    with desk(keymap=keymap, show_ahead=ahead.show) as at:
        run(type_during_an_answer(at, ahead, f"one{F5}", "one"))
    assert (ahead.stops, ahead.seen[-1].is_normal) == (1, False)


def test_keys_are_bound_during_an_answer_too() -> None:
    ahead = Ahead()
    with desk(keymap=bound(stop="F5", send="Alt-Q"), show_ahead=ahead.show) as at:
        run(type_during_an_answer(at, ahead, f"one\x1bqtwo{F5}", "two"))
        assert ahead.stops == 1
        assert ahead.seen[-1] == TypeAhead("two", 3)
        assert at.read(f"\x15{UP}\x1bq") == Typed("one")  # it was queued, and is not lost


def test_enter_is_a_new_line_during_an_answer_too() -> None:
    ahead = Ahead()
    with desk(keymap=ENTER_IS_NEW_LINE, show_ahead=ahead.show) as at:
        run(type_during_an_answer(at, ahead, f"one\rtwo{ALT_ENTER}x", "x"))
    assert ahead.seen[-1] == TypeAhead("x", 1, ("one\ntwo",))


@pytest.mark.parametrize(("key", "said"), [("\x1bm", "opus answers"), ("\x1be", "low effort")])
def test_alt_m_and_alt_e_say_what_they_changed(key: str, said: str) -> None:
    with desk(next_model=lambda: "opus answers", next_effort=lambda: "low effort") as at:

        async def pressed() -> object:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("a" + key)
            await at.sees(said)
            at.type("b\r")
            return await reading

        assert run(pressed()) == Typed("ab")
        assert at.screen() == ["❯ ab"]
