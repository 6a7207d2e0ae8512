"""What is typed during an answer: it is seen, edited, queued, taken back, and never lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from desk import NAMES, Desk, desk, run
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings

from streamchat.core.keymap import DEFAULT_KEYMAP
from streamchat.core.ports import Input, Key, TypeAhead, Typed
from streamchat.posix.signals import interruptible
from streamchat.prompt.key_codes import decode
from streamchat.prompt.key_sequences import Tokenizer
from streamchat.prompt.pastes import MAX_LINES, Pastes, Shown
from streamchat.prompt.provenance import Provenance
from streamchat.prompt.reader import LEAVE_NOTICE
from streamchat.prompt.type_ahead import AheadLine
from streamchat.prompt.watch import Actions, Watch

UP, DOWN, LEFT, RIGHT, HOME = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C", "\x1b[H"
PAGE_UP, PAGE_DOWN, CTRL_UP, CTRL_DOWN = "\x1b[5~", "\x1b[6~", "\x1b[1;5A", "\x1b[1;5B"
ESC, CTRL_C, CTRL_D = "\x1b", "\x03", "\x04"


def typed(keys: str, pastes: Pastes | None = None) -> AheadLine:
    ahead = AheadLine(Provenance(NAMES, pastes or Pastes()))
    ahead.use(DEFAULT_KEYMAP, KeyBindings())
    ahead.press(press for token in Tokenizer().feed(keys) for press in decode(token))
    return ahead


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        ("abc", "abc", 3),
        ("abc\x7f", "ab", 2),
        ("\x7f\x7fa", "a", 1),
        (f"abc{LEFT}{LEFT}x", "axbc", 2),
        (f"abc{HOME}x{RIGHT}y", "xaybc", 3),
        (f"abc{LEFT}\x1b[3~", "ab", 2),
        ("one two\x17", "one ", 4),
        ("one two \x17three", "one three", 9),
        ("one-two\x1b\x7f", "one-", 4),
        ("one two\x15x", "x", 1),
        ("one two\x1b[1;5D\x0b", "one ", 4),
        ("one two\x17\x19\x19", "one twotwo", 10),
        ("one two\x1bb\x1bbx", "xone two", 1),
        (f"one two{HOME}\x1bd", " two", 0),
        (f"one two{HOME}\x1bf!", "one! two", 4),
        (f"one{HOME}\x05!", "one!", 4),
        ("a\nb\x15c", "a\nc", 3),
        ("a\n\x15b", "ab", 2),
        ("a\tb\x07\x12", "ab", 2),
        ("\x1bz", "", 0),
        ("\x1b[200~pas\rted\x1b[201~!", "pas\nted!", 8),
        ('"""\rcode\r', '"""\ncode\n', 9),
        ("go\\\ron", "go\non", 5),
        ("  \r", "  ", 2),
        (DOWN, "", 0),
        (UP, "", 0),
    ],
)
def test_the_row_is_edited(keys: str, text: str, cursor: int) -> None:
    ahead = typed(keys)
    assert (ahead.row, ahead.queue) == (Document(text, cursor), [])


def test_enter_queues_and_up_takes_the_last_back() -> None:
    ahead = typed("one\rtwo\rthr")
    assert (ahead.row.text, ahead.queue) == ("thr", ["one", "two"])
    ahead = typed(f"one\rtwo\r{UP}!")
    assert (ahead.row.text, ahead.queue) == ("two!", ["one"])
    ahead = typed(f"one\rtwo\rthree{UP}{UP}{UP}")
    assert (ahead.row.text, ahead.queue) == ("one\ntwo\nthree", [])


def test_a_large_paste_is_shown_by_its_size() -> None:
    pastes = Pastes()
    pasted = "line\n" * MAX_LINES
    ahead = typed(f"see \x1b[200~{pasted}\x1b[201~ this\r/help\rab\tc{LEFT}", pastes)
    shown = ahead.shown(Shown(pastes))
    assert shown == TypeAhead("abc", 2, ("see [pasted 201 lines] this", "/help"))


# During an answer


@dataclass
class Answer:
    """An answer that is shown, and what is typed meanwhile."""

    at: Desk
    stops: int = 0
    shown: list[TypeAhead | None] = field(default_factory=list)
    has_come: asyncio.Event = field(default_factory=asyncio.Event)

    async def typing(self, *pieces: str) -> None:
        """Type, each piece when the one before has come through."""
        async with self.at.prompt.watching(self._stop):
            for piece in pieces:
                self.has_come.clear()
                self.at.type(piece)
                await self.has_come.wait()

    def show(self, shown: TypeAhead | None) -> None:
        self.shown.append(shown)
        self.has_come.set()

    def _stop(self) -> None:
        self.stops += 1


@contextmanager
def answering() -> Iterator[Answer]:
    with desk(show_ahead=lambda shown: answer.show(shown)) as at:
        answer = Answer(at)
        yield answer


def during(
    *pieces: str, then: Sequence[str | None] = ()
) -> tuple[Answer, list[Input], list[str]]:
    """What an answer and the prompts after it got: for each of `then` what is typed at the
    prompt, None where nothing has to be."""

    async def talk() -> list[Input]:
        await answer.typing(*pieces)
        inputs = []
        for typing in then:
            if typing is not None:
                answer.at.type(typing)
            inputs.append(await answer.at.prompt.read())
        return inputs

    with answering() as answer:
        return answer, run(talk()), answer.at.screen()


def test_what_was_queued_is_sent_in_order_when_the_answer_ends() -> None:
    answer, inputs, screen = during(
        "one\r", "two\r", "/help\r", "thr", then=[None, None, None, "ee\r"]
    )
    assert inputs == [Typed("one"), Typed("two"), Typed("/help"), Typed("three")]
    assert answer.stops == 0
    assert screen == ["❯ one", "❯ two", "❯ /help", "❯ three"]


def test_what_is_typed_is_shown_while_it_is_typed_and_gone_after_the_answer() -> None:
    answer, _, _ = during("ab\r", "c")
    assert answer.shown[0] == TypeAhead()
    assert answer.shown[-2:] == [TypeAhead("c", 1, ("ab",)), None]


@pytest.mark.parametrize("stop", [CTRL_C, f"{ESC}{ESC}"])
def test_a_stop_sends_nothing_and_the_queue_lies_one_up_each(stop: str) -> None:
    answer, inputs, _ = during(
        "one\r", "two\r", "draft", stop, then=["!\r", f"{UP}{UP}\r", f"{UP}{UP}{UP}\r"]
    )
    assert answer.stops >= 1
    assert inputs == [Typed("draft!"), Typed("two"), Typed("two")]


def test_from_the_draft_of_a_stopped_answer_each_up_brings_a_queued_one() -> None:
    _, inputs, _ = during("one\r", "/help\r", f"draft{CTRL_C}", then=[f"{UP}{UP}\r"])
    assert inputs == [Typed("one")]
    _, inputs, _ = during("one\r", "/help\r", f"draft{CTRL_C}", then=[f"{UP}{UP}{DOWN}\r"])
    assert inputs == [Typed("/help")]
    _, inputs, _ = during("one\r", f"draft{CTRL_C}", then=[f"{UP}{DOWN}\r"])
    assert inputs == [Typed("draft")]


def test_what_is_typed_after_the_stop_is_the_draft() -> None:
    _, inputs, _ = during(f"one\r{CTRL_C}new", then=["\r"])
    assert inputs == [Typed("new")]


def test_ctrl_d_asks_for_a_second_one_and_then_leaves() -> None:
    answer, inputs, screen = during(f"{CTRL_D}{CTRL_D}", then=[None])
    assert (answer.stops, inputs) == (1, [Key.END])
    assert screen[0].startswith(f"Ctrl-D {LEAVE_NOTICE}"[:30])
    answer, inputs, _ = during(CTRL_D, "a", f"\x7f{CTRL_D}", then=["x\r"])
    assert (answer.stops, inputs) == (0, [Typed("x")])
    answer, inputs, _ = during(f"ab{LEFT}{CTRL_D}{CTRL_D}", then=["\r"])
    assert (answer.stops, inputs) == (0, [Typed("a")])


def test_a_failed_answer_holds_the_queue_until_something_was_sent() -> None:
    async def talk() -> list[Input]:
        await answer.typing("one\r", "two\r")
        assert answer.at.prompt.hold() == 2
        answer.at.type("again\r")
        return [await answer.at.prompt.read() for _ in range(3)]

    with answering() as answer:
        assert run(talk()) == [Typed("again"), Typed("one"), Typed("two")]


@pytest.mark.parametrize(
    "keys",
    [f"{UP}{UP}", PAGE_UP * 2, CTRL_UP * 2, f"{PAGE_UP}{UP}", f"{ESC}<"],
    ids=["up", "page up", "ctrl-up", "both", "alt-<"],
)
def test_a_held_queue_is_taken_back_by_any_key_and_then_not_sent(keys: str) -> None:
    async def talk() -> list[Input]:
        await answer.typing("one\r", "two\r")
        answer.at.prompt.hold()
        reading = asyncio.create_task(answer.at.prompt.read(prefill="failed"))
        await answer.at.sees("failed")
        await answer.at.paper.rests()  # prompt_toolkit has loaded the history
        answer.at.type(f"{keys}!\r")
        first = await reading
        answer.at.type("next\r")
        return [first, await answer.at.prompt.read()]

    with answering() as answer:
        assert run(talk()) == [Typed("one!"), Typed("next")]


@pytest.mark.parametrize("down", [PAGE_DOWN, CTRL_DOWN])
def test_any_key_that_recalls_a_line_leaves_up_and_down_their_whole_way(down: str) -> None:
    _, inputs, _ = during("one\r", "two\r", CTRL_C, then=[f"{UP}{UP}{down}{UP}\r"])
    assert inputs == [Typed("one")]


@pytest.mark.parametrize(
    ("keys", "stopped", "left"),
    [
        (f"2{ESC}", [2], ""),
        (f"7{ESC}", [7, 0], "7"),
        (f"22{ESC}", [0], "22"),
        (ESC, [0], ""),
        (f"2{CTRL_C}", [0], "2"),
    ],
)
def test_a_digit_and_esc_stop_one_of_several_answers(
    keys: str, stopped: list[int], left: str
) -> None:
    calls: list[int] = []
    ended = asyncio.Event()

    def stop() -> None:
        calls.append(0)
        ended.set()

    def stop_one(number: int) -> bool:
        calls.append(number)
        if number == 2:
            ended.set()
        return number == 2

    async def watch() -> None:
        async with at.prompt.watching(stop, stop_one):
            at.type(keys)
            await ended.wait()

    with desk() as at:
        run(watch())
        assert at.prompt._ahead.row.text == left
    assert calls == stopped


def test_what_came_before_the_answer_was_watched_is_typed_ahead() -> None:
    async def talk() -> list[Input]:
        answer.at.type("first\rsecond\r")
        first = await answer.at.prompt.read()
        await answer.typing("third\r")
        return [first, *[await answer.at.prompt.read() for _ in range(2)]]

    with answering() as answer:
        assert run(talk()) == [Typed("first"), Typed("second"), Typed("third")]


def test_an_enter_that_waited_for_more_counts_when_the_answer_ends() -> None:
    async def talk() -> Input:
        async with at.prompt.watching(lambda: None):
            at.type("one\rtwo\r")
            await shown.wait()
        return await at.prompt.read()

    shown = asyncio.Event()

    def show(ahead: TypeAhead | None) -> None:
        if ahead and ahead.text:
            shown.set()

    with desk(show_ahead=show) as at:
        assert run(talk()) == Typed("one\ntwo")


def test_a_watch_redraws_and_folds() -> None:
    calls: list[str] = []

    def note(name: str) -> None:
        calls.append(name)

    async def watched() -> None:
        with desk() as at:
            actions = Actions(
                stop=lambda: note("stop"),
                escape=lambda: note("escape"),
                unfold=lambda: note("unfold"),
                redraw=lambda: note("redraw"),
                leave=lambda _: None,
                resting=lambda: (_ for _ in ()).throw(NotImplementedError),
            )
            came = asyncio.Event()
            ahead = typed("")
            watch = Watch(
                at.keys,
                at.prompt.output,
                ahead=ahead,
                show=came.set,
                actions=actions,
                keymap=DEFAULT_KEYMAP,
            )
            with watch:
                at.type("\x0c\x0fa")
                await came.wait()
            assert ahead.row.text == "a"

    run(watched())
    assert calls == ["redraw", "unfold"]


def test_a_ctrl_c_that_stops_long_work_is_not_one_at_the_next_prompt() -> None:
    """The loop hears of it only when the work has ended."""

    async def person(at: Desk) -> object:
        with interruptible(lambda: None):
            at.type("typed meanwhile")
            with pytest.raises(KeyboardInterrupt), at.prompt.interrupting():
                os.kill(os.getpid(), signal.SIGINT)
            asyncio.get_running_loop().call_later(0.1, at.type, "\r")
            return await at.prompt.read()

    with desk() as at:
        assert run(person(at)) == Typed("typed meanwhile")
