"""The prompt of a dumb terminal: no escape sequence, the terminal's own line editing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest
from desk import Paper, run

from streamchat.core.input_line import VERBATIM
from streamchat.core.ports import Input, Key, Typed
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
    assert pipe.paper.getvalue() == "(not sent)\na␛[2J\n(Enter sends this again.)\n> "


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


def test_watching_hears_sigint(pipe: Pipe) -> None:
    async def stopped() -> None:
        event = asyncio.Event()
        async with pipe.prompt.watching(event.set):
            os.kill(os.getpid(), signal.SIGINT)
            await event.wait()

    run(stopped())
