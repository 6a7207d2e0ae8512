"""The keyboard while a reply is shown, on a real pty."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pexpect
import pytest
from desk import ROWS, Desk, KnownArguments, Paper, Timer, desk, run
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.output.vt100 import Vt100_Output

from loop_time import time_standing_still
from patience import PATIENCE_S
from streamchat.core.input_line import Say, parse_input
from streamchat.core.ports import Input, Key, Typed
from streamchat.prompt import Hooks, Prompt, PromptLook, open_keyboard

ESC, CTRL_C, CTRL_O, LEFT = "\x1b", "\x03", "\x0f", "\x1b[D"


class Pty:
    """A terminal with a person at its other end."""

    def __init__(self) -> None:
        self.person, self.terminal = os.openpty()
        self.stream = os.fdopen(self.terminal, closefd=False)
        self.paper = Paper()
        self.stopped = asyncio.Event()
        self.unfolded = asyncio.Event()
        self.keyboard = open_keyboard(self.stream)
        self.prompt = Prompt(
            self.keyboard,
            Vt100_Output(self.paper, lambda: Size(10, 40), enable_cpr=False),
            history=None,
            commands=ROWS,
            arguments=KnownArguments(lambda _: []),
            environ={},
            look=PromptLook(marks=False),
            hooks=Hooks(unfold=self.unfolded.set),
        )

    def type(self, text: str) -> None:
        os.write(self.person, text.encode())

    def type_ahead(self, line: str) -> None:
        """Type a line and wait until the terminal holds it, which takes the kernel a while."""
        self.type(line)
        assert select.select([self.terminal], [], [], PATIENCE_S)[0]

    @property
    def modes(self) -> list[Any]:
        return termios.tcgetattr(self.terminal)

    async def watch(self, typed: str) -> None:
        """Watch until Esc, Ctrl-C or Ctrl-O."""
        async with self.prompt.watching(self.stopped.set):
            self.type(typed)
            events = [self.stopped.wait(), self.unfolded.wait()]
            tasks = [asyncio.ensure_future(event) for event in events]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    def close(self) -> None:
        self.stream.close()
        os.close(self.person)
        os.close(self.terminal)


@pytest.fixture
def pty() -> Iterator[Pty]:
    pair = Pty()
    clear_typeahead(pair.keyboard)  # kept by file number, which may be an old one
    yield pair
    pair.close()


@pytest.mark.parametrize("keys", [ESC, CTRL_C, "abc" + CTRL_C, "\x1b[A" + ESC, ESC + ESC])
def test_esc_and_ctrl_c_stop(pty: Pty, keys: str) -> None:
    run(pty.watch(keys))
    assert pty.stopped.is_set()


@pytest.mark.parametrize(
    "keys",
    ["\x1b[A", "\x1bOB", "\x1b[1;5C", "\x1b[3~", "\x1bx", "\x1b\r", "text\r", "\x04"],
)
def test_other_keys_do_not(pty: Pty, keys: str) -> None:
    run(pty.watch(keys + CTRL_O))
    assert pty.unfolded.is_set()
    assert not pty.stopped.is_set()


def test_an_arrow_key_that_comes_in_two_pieces_does_not_stop() -> None:
    unfolded, stopped = asyncio.Event(), asyncio.Event()
    with desk(unfold=unfolded.set) as at:

        async def parted() -> None:
            async with at.prompt.watching(stopped.set):
                at.type("a" + ESC)
                for _ in range(5):  # turns of the loop: the first piece is read
                    await asyncio.sleep(0)
                at.type("[D" + CTRL_O)
                await unfolded.wait()

        with time_standing_still():
            run(parted())
        assert not stopped.is_set()
        at.type("b\r")
        assert run(at.prompt.read()) == Typed("ba")


def test_what_was_typed_is_there_at_the_next_prompt(pty: Pty) -> None:
    run(pty.watch("nexd\x7ft question\r" + CTRL_O))
    assert run(pty.prompt.read()) == Typed("next question")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("not yet entered", "error 500\nnot yet entered"),
        ("\r", "error 500"),
        ("nexd\x7ft\x1b\rline\x04\x1bd\x1b[A\x07/quit", "error 500\nnext\nline/quit"),
        ("\x1b[200~one\r\ntwo\x1b[201~", "error 500\none\ntwo"),
    ],
)
def test_what_was_typed_ahead_stands_below_a_text_handed_back_and_sends_nothing(
    pty: Pty, typed: str, text: str
) -> None:
    run(pty.watch(typed + CTRL_O))

    async def read() -> Input:
        reading = asyncio.ensure_future(pty.prompt.read(prefill="error 500"))
        await pty.paper.until(lambda: "error 500" in pty.paper.getvalue())
        pty.type("!\r")
        return await reading

    assert run(read()) == Typed(f"{text}!")


def test_what_the_terminal_kept_between_a_reply_and_a_text_handed_back_sends_nothing(
    pty: Pty,
) -> None:
    pty.type_ahead("early\r")

    async def read() -> Input:
        reading = asyncio.ensure_future(pty.prompt.read(prefill="again"))
        await pty.paper.until(lambda: "early" in pty.paper.getvalue())
        pty.type("!\r")
        return await reading

    assert run(read()) == Typed("again\nearly!")


def test_a_paste_is_there_as_one_message(pty: Pty) -> None:
    run(pty.watch("\x1b[200~one\r\ntwo\x1b\x03\x1b[201~!\r" + CTRL_O))
    assert not pty.stopped.is_set()
    assert run(pty.prompt.read()) == Typed("one\ntwo\x1b\x03!")
    written = pty.paper.getvalue()
    assert written.count("\x1b[?2004h") == written.count("\x1b[?2004l") == 1


def test_what_was_typed_between_two_prompts_is_sent_by_its_enter(pty: Pty) -> None:
    pty.type("early\r")
    assert run(pty.prompt.read()) == Typed("early")


def test_answers_of_the_terminal_are_not_kept(pty: Pty) -> None:
    run(pty.watch("\x1b[12;40R\x1b[<0;3;4Mx" + CTRL_O))
    pty.type("\r")
    assert run(pty.prompt.read()) == Typed("x")


def test_an_esc_that_comes_as_the_reply_ends_stops_nothing() -> None:
    stops: list[None] = []
    with desk() as at:

        async def ending() -> None:
            async with at.prompt.watching(lambda: stops.append(None)):
                at.type(ESC)
                for _ in range(5):
                    await asyncio.sleep(0)

        with time_standing_still():
            run(ending())
        assert stops == []


def test_an_esc_that_was_read_just_before_the_watch_stops(pty: Pty) -> None:
    """By a watch in another thread, whose loop ended before the Esc was a key by itself."""
    pty.keyboard.vt100_parser.feed(ESC)
    run(pty.watch(""))
    assert pty.stopped.is_set()


def test_nothing_is_echoed_and_output_is_still_processed(pty: Pty) -> None:
    async def watched() -> list[Any]:
        async with pty.prompt.watching(pty.stopped.set):
            pty.type("secret" + CTRL_O)
            await pty.unfolded.wait()
            return pty.modes

    before = pty.modes
    inside = run(watched())
    assert inside[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == 0
    assert inside[1] == before[1]
    assert inside[1] & termios.OPOST
    os.write(pty.terminal, b"|")
    assert os.read(pty.person, 100) == b"|"


def test_the_modes_come_back_whatever_ends_the_watch(pty: Pty) -> None:
    before = pty.modes

    async def failing() -> None:
        async with pty.prompt.watching(pty.stopped.set):
            raise OSError

    async def cancelled() -> None:
        entered = asyncio.Event()

        async def watch() -> None:
            async with pty.prompt.watching(pty.stopped.set):
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(watch())
        await entered.wait()
        assert pty.modes != before
        task.cancel()
        await asyncio.wait([task])

    run(pty.watch(CTRL_C))
    assert pty.modes == before
    with pytest.raises(OSError):  # noqa: PT011 - ours
        run(failing())
    assert pty.modes == before
    run(cancelled())
    assert pty.modes == before


def test_a_cancelled_prompt_gives_the_modes_back(pty: Pty) -> None:
    before = pty.modes

    async def cancelled() -> None:
        reading = asyncio.ensure_future(pty.prompt.read())
        await pty.paper.until(lambda: "❯" in pty.paper.getvalue())
        assert pty.modes != before
        reading.cancel()
        await asyncio.wait([reading])

    run(cancelled())
    assert pty.modes == before


def test_sigint_from_outside_stops_and_its_handler_comes_back(pty: Pty) -> None:
    async def interrupted() -> None:
        before = signal.getsignal(signal.SIGINT)
        async with pty.prompt.watching(pty.stopped.set):
            os.kill(os.getpid(), signal.SIGINT)
            await pty.stopped.wait()
        assert signal.getsignal(signal.SIGINT) == before

    run(interrupted())


def test_a_hang_up_neither_stops_nor_spins() -> None:
    with desk() as at:
        stops: list[None] = []

        async def hung_up() -> None:
            async with at.prompt.watching(lambda: stops.append(None)):
                at.keys.close()
                for _ in range(10):
                    await asyncio.sleep(0)

        run(hung_up())
        assert stops == []
        assert run(at.prompt.read()) == Key.END


@pytest.mark.parametrize(
    ("typed", "default", "answer"),
    [
        ("y\r", False, True),
        ("Yes \r", False, True),
        ("n\r", True, False),
        ("\r", True, True),
        ("\r", False, False),
        ("what\rno\r", True, False),
        (CTRL_C, True, False),
        ("\x04", True, False),
    ],
)
def test_yes_or_no(typed: str, *, default: bool, answer: bool) -> None:
    with desk() as at:
        at.type(typed)
        assert run(at.prompt.confirm("Delete it?\x9b", default=default)) is answer
        hint = "[Y/n]" if default else "[y/N]"
        assert at.screen()[0].startswith(f"Delete it?� {hint}")


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("what @a\rtell me\rn\r", ["{what @a\ntell me}"]),
        ("what\rn\rnext\r", ["next", "{what}"]),
        ("what\rn\rnex", ["nex\n{what}"]),
        ("what\r" + CTRL_C, ["{what}"]),
        ("what" + CTRL_C, ["{what}"]),
        ("no" + CTRL_C + "next\r", ["next"]),
    ],
)
def test_a_line_that_is_no_answer_stands_in_the_next_prompt(
    typed: str, lines: Sequence[str]
) -> None:
    """The braces stand for what is text, not typed: no `@` in it names a file."""
    with desk() as at:
        at.type(typed)
        assert run(at.prompt.confirm("Delete it?", default=True)) is False
        for line in lines:
            if "{" in line:
                at.type("\r")
            expected = line.replace("{", "").replace("}", "")
            read = run(at.prompt.read())
            assert isinstance(read, Typed)
            assert parse_input(read.text) == Say(expected)


def test_what_was_typed_beside_the_question_of_another_is_the_draft() -> None:
    unread = ["hex\x7f\x1b[Dllo\nyou\r\n", ""]
    with desk(take_unread=lambda: unread.pop(0)) as at:
        assert at.read("?\r") == Typed("hello\nyou?")
        assert at.read("next\r") == Typed("next")


def test_what_was_typed_ahead_answers_no_question(pty: Pty) -> None:
    run(pty.watch("y\r" + CTRL_O))
    pty.type_ahead("y\r")

    async def asked() -> bool:
        asking = asyncio.ensure_future(pty.prompt.confirm("Delete it?", default=True))
        await pty.paper.until(lambda: "Delete it?" in pty.paper.getvalue())
        pty.type("n\r")
        return await asking

    assert run(asked()) is False
    assert run(pty.prompt.read()) == Typed("y")  # neither is lost
    assert run(pty.prompt.read()) == Typed("y")


def test_what_was_typed_ahead_chooses_nothing(pty: Pty) -> None:
    """A question that comes by itself; one that a command asks may be answered ahead."""

    async def asked(*, comes_by_itself: bool) -> object:
        options = [(1, "first"), (2, "second")]
        asking = asyncio.ensure_future(
            pty.prompt.choose("Which?", options, comes_by_itself=comes_by_itself)
        )
        if comes_by_itself:
            await pty.paper.until(lambda: "Which?" in pty.paper.getvalue())
            pty.type("sec\r")
        return await asking

    run(pty.watch("fir\r" + CTRL_O))
    pty.type_ahead("fir\r")
    assert run(asked(comes_by_itself=True)) == 2
    assert [run(pty.prompt.read()) for _ in range(2)] == [Typed("fir"), Typed("fir")]
    pty.type_ahead("fir\r")
    assert run(asked(comes_by_itself=False)) == 1


def test_a_stop_that_takes_effect_after_the_watch_leaves_the_terminal_as_it_was(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *call: stops.append(call))
    before = pty.modes

    async def stopped_late() -> None:
        async with pty.prompt.watching(pty.stopped.set):
            assert pty.prompt.suspend()
        await asyncio.sleep(0)

    run(stopped_late())
    assert (stops, pty.modes) == ([(os.getpid(), signal.SIGTSTP)], before)


PROMPT_TYPED = r"> (\x1b\[0m)?typed"
SUSPENDING = """\
import asyncio, contextlib, sys
from pathlib import Path
from streamchat.core.terminal import read_terminal
from streamchat.prompt import Hooks, PromptLook, Prompt, open_keyboard, open_output

@contextlib.contextmanager
def resting():
    print("rest", flush=True)
    yield
    print("awake", flush=True)

async def main():
    terminal = read_terminal(sys.stdout, {"TERM": "xterm"})
    prompt = Prompt(open_keyboard(sys.stdin), open_output(sys.stdout, terminal),
        history=None, commands=[], arguments=lambda *_: [], environ={},
        look=PromptLook(unicode=False, marks=False), hooks=Hooks(resting=resting))
    stopped = asyncio.Event()
    async with prompt.watching(stopped.set):
        print("watching", flush=True)
        await stopped.wait()
    print("stopped", await prompt.read(), flush=True)

asyncio.run(main())
"""


def test_ctrl_z_suspends_in_a_reply_and_in_the_prompt(tmp_path: Path) -> None:
    script = tmp_path / "suspending.py"
    script.write_text(SUSPENDING)
    environ = {**os.environ, "PS1": "shell> ", "BASH_SILENCE_DEPRECATION_WARNING": "1"}
    shell = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        env=environ,
        timeout=PATIENCE_S,
        encoding="utf-8",
    )
    shell.expect_exact("shell> ")
    shell.send(f"{sys.executable} {script}\r")
    shell.expect_exact("watching")
    shell.send("typed\x1a")
    shell.expect_exact("rest")
    shell.expect_exact("Stopped")
    shell.expect_exact("shell> ")
    shell.send("stty -a | grep -ow -e '-*echo' -e '-*icanon'; fg\r")
    shell.expect(r"[^-]icanon\s+echo\s")
    shell.expect_exact("awake")
    shell.send("\x1b")
    shell.expect(PROMPT_TYPED)
    shell.send("\x1a")
    shell.expect_exact("Stopped")
    shell.expect_exact("shell> ")
    shell.send("fg\r")
    shell.expect(PROMPT_TYPED)
    shell.send("!\r")
    shell.expect_exact("stopped Typed(text='typed!')")
    shell.send("exit\r")
    shell.expect(pexpect.EOF)
    shell.close()


# While the main thread works


def until(holds: Callable[[], bool]) -> None:
    """Work, and serve nothing."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline


async def working(pty: Pty, typed: str, has_ended: Callable[[], bool]) -> None:
    with pty.prompt.interrupting():
        pty.type(typed)
        until(has_ended)


@pytest.mark.parametrize("key", [ESC, CTRL_C])
def test_work_without_steps_is_stopped_and_what_was_typed_is_not_sent(
    pty: Pty, key: str
) -> None:
    before = pty.modes
    with pytest.raises(KeyboardInterrupt):
        run(working(pty, f"one\r{LEFT}two\r{LEFT}draft{key}", lambda: False))
    assert pty.modes == before
    pty.type_ahead("\x1b[A\x1b[A\r")
    assert run(pty.prompt.read()) == Typed("one")


def test_what_is_typed_while_the_main_thread_works_is_queued_in_order(pty: Pty) -> None:
    typed = f"one\r{LEFT}\x1b[200~a\r\nb\x1b[201~\r{LEFT}dra\x7fft{CTRL_O}"
    run(working(pty, typed, pty.unfolded.is_set))
    queued = run(pty.prompt.read())
    assert queued == Typed("one")
    assert isinstance(queued, Typed)
    assert queued.was_queued
    assert run(pty.prompt.read()) == Typed("a\nb")
    pty.type_ahead("!\r")
    assert run(pty.prompt.read()) == Typed("drft!")


def test_a_draft_is_on_disk_while_the_main_thread_works_and_after_it(tmp_path: Path) -> None:
    timers: list[Callable[[], None]] = []

    def later(_seconds: float, call: Callable[[], None]) -> Timer:
        timers.append(call)
        return Timer()

    def drafts() -> str:
        return "".join(path.read_text() for path in (tmp_path / "drafts").glob("*"))

    def work(at: Desk) -> None:
        with at.prompt.interrupting():
            at.type("half a ")
            until(lambda: bool(timers))
            timers.pop()()
            assert "half a " in drafts()
            at.type("thought")
            until(lambda: bool(timers))
        assert "half a thought" in drafts()

    async def person(at: Desk) -> None:
        work(at)

    with desk(drafts=tmp_path / "drafts", later=later) as at:
        run(person(at))


def test_ctrl_d_twice_leaves_while_the_main_thread_works(pty: Pty) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(working(pty, "\x04\x04", lambda: False))
    assert run(pty.prompt.read()) == Key.END
