"""The prompt of a dumb terminal: no escape sequence, the terminal's own line editing."""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import Iterator

import pytest
from desk import Paper, run

from patience import PATIENCE_S
from streamchat.core.input_line import VERBATIM
from streamchat.core.ports import Input, Key, Typed
from streamchat.posix.terminals import count_waiting
from streamchat.prompt import PlainPrompt


class Pipe:
    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self.stream = os.fdopen(self.reading)
        self.paper = Paper()
        self.prompt = PlainPrompt(self.stream, self.paper)

    def type(self, text: bytes) -> None:
        os.write(self.writing, text)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.stream.close()
    os.close(made.writing)


def test_lines_blocks_and_continued_lines(pipe: Pipe) -> None:
    pipe.type('one\na\\\nb\n"""\n/c\n\nd\n"""\n\xff\r\n'.encode("latin-1"))
    read = [run(pipe.prompt.read()) for _ in range(4)]
    assert read == [Typed("one"), Typed("a\nb"), Typed(f"{VERBATIM}/c\n\nd"), Typed("\ufffd")]
    assert pipe.paper.getvalue() == "> > " + "  " + "> " + "  " * 4 + "> "


def test_the_end_of_input_is_the_end_after_what_came_before_it(pipe: Pipe) -> None:
    read, write = os.pipe()
    os.write(write, b"last")
    os.close(write)
    with os.fdopen(read) as stream:
        prompt = PlainPrompt(stream, pipe.paper)
        assert [run(prompt.read()) for _ in range(2)] == [Typed("last"), Key.END]


def test_hint_and_prefill_are_shown_harmlessly_and_enter_sends_again(pipe: Pipe) -> None:
    pipe.type(b"\n")
    assert run(pipe.prompt.read(prefill="a\x1b[2J", hint="not sent")) == Typed("a\x1b[2J")
    assert pipe.paper.getvalue() == "(not sent)\na␛[2J\n(Enter sends this.)\n> "


def test_what_was_typed_beside_the_question_of_another_is_handed_back(pipe: Pipe) -> None:
    prompt = PlainPrompt(pipe.stream, pipe.paper, "> ", lambda: "early")
    pipe.type(b"\n")
    assert run(prompt.read()) == Typed("early")
    assert pipe.paper.getvalue() == "early\n(Enter sends this.)\n> "


def test_sigint_drops_an_unfinished_message_and_then_interrupts(pipe: Pipe) -> None:
    async def interrupted() -> Input:
        before = signal.getsignal(signal.SIGINT)
        pipe.type(b"one\\\n")
        reading = asyncio.ensure_future(pipe.prompt.read())
        await pipe.paper.until(lambda: pipe.paper.getvalue() == ">   ")
        os.kill(os.getpid(), signal.SIGINT)
        await pipe.paper.until(lambda: pipe.paper.getvalue() == ">   \n> ")
        os.kill(os.getpid(), signal.SIGINT)
        typed = await reading
        assert signal.getsignal(signal.SIGINT) == before
        return typed

    assert run(interrupted()) == Key.INTERRUPT


@pytest.mark.parametrize(
    ("typed", "answer"), [(b"y\n", True), (b"\n", False), (b"?\nYES\n", True), (b"n\n", False)]
)
def test_yes_or_no(pipe: Pipe, typed: bytes, *, answer: bool) -> None:
    pipe.type(typed)
    assert run(pipe.prompt.confirm("Delete?", default=False)) is answer


def test_what_answers_no_question_stands_at_the_next_prompt(pipe: Pipe) -> None:
    pipe.type(b"see a\n/b\ny\n\n")
    assert run(pipe.prompt.confirm("Delete?", default=False)) is True
    assert run(pipe.prompt.read()) == Typed("see a\n/b")
    assert pipe.paper.getvalue().endswith("see a\n/b\n(Enter sends this.)\n> ")
    pipe.type(b"next\n")
    assert run(pipe.prompt.read()) == Typed("next")


def test_a_prompt_that_asks_one_question_gives_back_all_else(pipe: Pipe) -> None:
    pipe.type(b"what\nn\n/later\nrest")
    assert run(pipe.prompt.confirm("Delete?", default=True)) is False
    assert pipe.prompt.take_unread() == ["what", "/later", "rest"]
    assert pipe.prompt.take_unread() == []


def test_watching_hears_sigint(pipe: Pipe) -> None:
    async def stopped() -> None:
        event = asyncio.Event()
        async with pipe.prompt.watching(event.set):
            os.kill(os.getpid(), signal.SIGINT)
            await event.wait()

    run(stopped())


# On a terminal


class Cooked:
    """A person at a terminal that edits lines by itself."""

    def __init__(self) -> None:
        self.person, self.terminal = os.openpty()
        self.stream = os.fdopen(self.terminal, closefd=False)
        self.paper = Paper()
        self.prompt = PlainPrompt(self.stream, self.paper)

    def type(self, text: str) -> None:
        os.write(self.person, text.encode())

    def type_ahead(self, lines: str, begun: str = "") -> None:
        """Before anybody reads; `begun` has no end yet."""
        self.type(lines + begun)
        while count_waiting(self.terminal) < len(lines):
            assert select.select([self.terminal], [], [], PATIENCE_S)[0]

    async def read(self, *typed: str) -> Input:
        """What is read when this is typed at the prompt, one after the other."""
        reading = asyncio.ensure_future(self.prompt.read())
        await self.paper.until(lambda: self.paper.getvalue().endswith("> "))
        for keys in typed:
            self.type(keys)
            while count_waiting(self.terminal):  # noqa: ASYNC110
                await asyncio.sleep(0)
        return await reading

    async def answer(self, *typed: str, is_stopped: bool = False) -> None:
        """An answer during which lines are typed."""
        async with self.prompt.watching(lambda: None):
            for count, keys in enumerate(typed, 1):
                self.type(keys)
                while len(self.prompt.queue) < count:  # noqa: ASYNC110
                    await asyncio.sleep(0)
            if is_stopped:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(0)
                await asyncio.sleep(0)


@pytest.fixture
def cooked() -> Iterator[Cooked]:
    made = Cooked()
    yield made
    made.stream.close()
    os.close(made.person)
    os.close(made.terminal)


def test_lines_that_are_pasted_together_are_one_message(cooked: Cooked) -> None:
    assert run(cooked.read("/exit\r\rtwo\r")) == Typed(f"{VERBATIM}/exit\n\ntwo")


def test_the_last_line_of_a_paste_ends_with_the_next_enter(cooked: Cooked) -> None:
    assert run(cooked.read("a\rb", "!\r")) == Typed("a\nb!")


def test_what_was_typed_before_the_prompt_was_typed_line_by_line(cooked: Cooked) -> None:
    cooked.type_ahead("one\rtwo\r")
    assert [run(cooked.prompt.read()) for _ in range(2)] == [Typed("one"), Typed("two")]


def test_lines_typed_before_a_question_are_queued_and_answer_nothing(cooked: Cooked) -> None:
    async def asked() -> tuple[bool, str | None]:
        asking = asyncio.ensure_future(cooked.prompt.confirm("Delete?", default=False))
        await cooked.paper.until(lambda: "Delete?" in cooked.paper.getvalue())
        cooked.type("y\r")
        answer = await asking
        cooked.type_ahead("1\r")
        options = [("a", "first"), ("b", "second")]
        choosing = asyncio.ensure_future(
            cooked.prompt.choose("Which?", options, comes_by_itself=True)
        )
        await cooked.paper.until(lambda: "second" in cooked.paper.getvalue())
        cooked.type("2\r")
        return answer, await choosing

    cooked.type_ahead("n\rno\r", "ye")
    assert run(asked()) == (True, "b")
    assert [run(cooked.prompt.read()) for _ in range(3)] == [
        Typed("n"),
        Typed("no"),
        Typed("1"),
    ]
    cooked.type("\r")
    assert run(cooked.prompt.read()) == Typed("ye")


def test_what_is_typed_during_an_answer_is_queued(cooked: Cooked) -> None:
    run(cooked.answer("one\r", "two\rlines\r", "end\r"))
    queued = [run(cooked.prompt.read()) for _ in range(3)]
    assert queued == [Typed("one"), Typed("two\nlines"), Typed("end")]
    assert all(isinstance(each, Typed) and each.was_queued for each in queued)
    assert cooked.paper.getvalue() == "> one\n> two\nlines\n> end\n"


def test_a_stop_shows_the_queue_and_sends_nothing(cooked: Cooked) -> None:
    run(cooked.answer("one\r", "two\r", is_stopped=True))
    assert cooked.paper.getvalue() == "Not sent: one\nNot sent: two\n"
    assert run(cooked.read("new\r")) == Typed("new")


def test_a_failure_holds_the_queue_until_something_else_is_sent(cooked: Cooked) -> None:
    run(cooked.answer("one\r"))
    assert cooked.prompt.hold() == 0
    assert cooked.paper.getvalue() == "1 queued message waits for the next answer.\n"
    assert run(cooked.read("new\r")) == Typed("new")
    assert run(cooked.prompt.read()) == Typed("one")


def test_ctrl_d_after_a_line_ends_the_input_after_that_line(cooked: Cooked) -> None:
    assert run(cooked.read("last\r\x04")) == Typed("last")
    assert run(cooked.prompt.read()) == Key.END
