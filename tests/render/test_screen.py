"""The terminal between the replies, and replies where nothing can be painted."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys

import pytest
from stage import FakeLoop, Stage, Tty, stage

from shares import share
from streamchat.app.commands.help import help_overview
from streamchat.core.events import BlockStarted, Retrying, Started, TextDelta, ThinkingDelta
from streamchat.core.messages import INTERRUPTED, Message, Usage, text_block, user_message
from streamchat.core.ports import Ending
from streamchat.core.records import Turn
from streamchat.core.theme import Appearance
from streamchat.render import open_screen
from streamchat.render.markdown.markdown_rows import render
from streamchat.render.reply.replay import CUT
from streamchat.render.screen.row_diff import plain_text

STARTED = Started("m", "opus", Usage(12))


def turn(message: Message) -> Turn:
    return Turn(id="t", parent=None, at="", message=message)


def reply(text: str, stop_reason: str = "end_turn") -> Message:
    return Message("assistant", (text_block(text),), "opus", stop_reason)


def history(made: Stage, *messages: Message) -> list[str]:
    asyncio.run(made.screen.history(tuple(turn(message) for message in messages)))
    return made.lines


def test_each_kind_of_text_has_its_look() -> None:
    made = stage()
    made.screen.banner(["streamchat 0.1", "demo: a built-in server answers"])
    made.screen.notice("Forgot 1 exchange.")
    made.screen.error("cannot reach the server")
    made.screen.markdown("# Help\n\n`/help` shows this")
    assert made.lines == [
        "streamchat 0.1",
        "demo: a built-in server answers",
        "Forgot 1 exchange.",
        "✗ cannot reach the server",
        "Help",
        "/help shows this",
    ]
    assert "\x1b[2mForgot 1 exchange.\x1b[0m" in made.tty.text
    assert "\x1b[1;38;5;131m✗ cannot reach the server\x1b[0m" in made.tty.text


def test_without_colour_errors_are_still_marked() -> None:
    made = stage(NO_COLOR="1")
    made.screen.error("no")
    assert made.tty.text == "\x1b[1m✗ no\x1b[0m\r\n"


def test_a_long_error_hangs_below_its_mark() -> None:
    made = stage(20)
    made.screen.error("cannot reach the server at all")
    assert made.lines == ["✗ cannot reach the", "  server at all"]


@pytest.mark.parametrize(
    ("background", "answer", "colour"),
    [
        ("auto", "", 131),
        ("auto", "]11;rgb:0000/0000/0000", 210),
        ("auto", "]11;rgb:ffff/ffff/ffff", 124),
        ("light", "]11;rgb:0000/0000/0000", 124),
        ("dark", "", 210),
    ],
)
def test_the_colours_are_those_for_the_background(
    background: str, answer: str, colour: int
) -> None:
    made = stage()
    made.screen.appearance = Appearance(background=background)
    made.screen.learn(answer)
    made.screen.error("no")
    assert made.tty.text == f"\x1b[1;38;5;{colour}m✗ no\x1b[0m\r\n"


def test_the_theme_can_change() -> None:
    made = stage()
    made.screen.appearance = Appearance("mono")
    made.screen.error("no")
    assert made.tty.text == "\x1b[1m✗ no\x1b[0m\r\n"


def test_old_turns_look_as_they_did_when_they_arrived() -> None:
    made = stage()
    answer = "Some **bold** text\n\n- one\n- two"
    lines = history(made, user_message("What *is*\n    this?"), reply(answer))
    rows = render(answer, width=60, look=made.screen.look)
    assert lines == ["❯ What *is*", "      this?", "", *(plain_text(row) for row in rows)]
    for row in rows:
        assert row.text + "\r\n" in made.tty.text


def test_old_turns_with_attachments_and_endings() -> None:
    made = stage()
    asked = Message("user", ({"type": "document", "title": "a\x1b.pdf"}, text_block("Sum up")))
    search = {"type": "server_tool_use", "name": "web_search", "input": {"query": "tea"}}
    thought = {"type": "thinking", "thinking": "hm", "signature": "x"}
    answered = Message(
        "assistant", (thought, search, text_block("It")), stop_reason=INTERRUPTED
    )
    assert history(made, asked, answered) == [
        "❯ Sum up", "  [a␛.pdf (document)]", "", "⌕ searched the web: tea", "", "It", "",
        "⏹ interrupted",
    ]  # fmt: skip


def test_of_a_long_history_the_last_two_screens_are_rendered() -> None:
    made = stage(60, 12)
    messages = [
        message
        for number in range(500)
        for message in (user_message(f"question {number}"), reply(f"answer {number}"))
    ]
    lines = history(made, *messages)
    assert lines[0] == "988 earlier turns are not shown; /show prints all of them."
    assert lines[2] == "❯ question 494"
    assert lines[-1] == "answer 499"
    assert len(lines) == 25


def test_a_history_begins_with_a_question() -> None:
    made = stage(60, 12)
    long = "\n\n".join(f"line {number}" for number in range(8))
    lines = history(
        made,
        *(user_message("one"), reply("1"), user_message("two"), reply("2")),
        *(user_message("three"), reply(long), user_message("four"), reply(long)),
    )
    assert lines[0] == "4 earlier turns are not shown; /show prints all of them."
    assert lines[2] == "❯ three"


@pytest.mark.parametrize("is_asked", share([True, False], every=2))
def test_the_last_exchange_is_whole_however_long_it_is(*, is_asked: bool) -> None:
    made = stage(60, 12)
    huge = "\n".join(f"    line {number}" for number in range(1500))
    last = user_message(huge) if is_asked else reply(huge)
    lines = history(made, user_message("one"), reply("1"), user_message("two"), last)
    shown = [line.split()[-1] for line in lines if "line " in line]
    assert shown == [str(number) for number in range(1500)]
    assert lines[0].startswith(f"{3 if is_asked else 2} earlier turns are not shown")


HUGE = 4_096  # characters, to keep the tests short


@pytest.mark.parametrize("is_asked", [True, False])
def test_of_a_huge_message_the_beginning_is_shown(
    monkeypatch: pytest.MonkeyPatch, *, is_asked: bool
) -> None:
    monkeypatch.setattr("streamchat.render.reply.replay.MOST_CHARACTERS", HUGE)
    made = stage(60, 12)
    line = "a line\n\n"
    huge = line * (HUGE // len(line) + 100)
    last = [user_message(huge)] if is_asked else [user_message("two"), reply(huge)]
    lines = history(made, user_message("one"), reply("1"), *last)
    shown = [text for text in lines if text.endswith("a line")]
    assert len(shown) == HUGE // len(line)
    assert lines[-1] == CUT
    assert lines[0].startswith("2 earlier turns are not shown")


def test_of_a_huge_earlier_message_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamchat.render.reply.replay.MOST_CHARACTERS", HUGE)
    made = stage(60, 12)
    huge = reply("a\n\n" * HUGE)
    lines = history(made, user_message("one"), huge, user_message("two"), reply("2"))
    assert lines == [
        "2 earlier turns are not shown; /show prints all of them.",
        *("", "❯ two", "", "2"),
    ]


def test_a_reply_can_be_printed_again_at_another_width() -> None:
    made = stage(60, 12)
    made.environ["COLUMNS"] = "20"
    asyncio.run(made.screen.redraw(reply("some words that no longer fit")))
    assert made.lines == ["some words that no", "longer fit"]


def test_a_terminal_that_lacks_the_signs_gets_others() -> None:
    tty, loop = Tty(encoding="ascii"), FakeLoop()
    screen = open_screen(
        tty, environ={"TERM": "xterm"}, clock=loop.clock, call_later=loop.call_later
    )
    asyncio.run(screen.history((turn(user_message("Hi")),)))
    screen.error("no")
    view = screen.reply(model="opus")
    view.feed(TextDelta("- 好"))
    view.close(Ending.INTERRUPTED, reply("- 好"), 1.0)
    assert tty.text.isascii()
    assert tty.text.startswith("> Hi\r\n\r\n")


def show_plainly(environ: dict[str, str]) -> str:
    """A reply on a terminal where nothing can be painted."""
    tty, loop = Tty(), FakeLoop()
    screen = open_screen(tty, environ=environ, clock=loop.clock, call_later=loop.call_later)
    view = screen.reply(model="opus")
    view.feed(Retrying(1, 2.0, "overloaded\x1b"))
    view.feed(STARTED)
    view.feed(BlockStarted(0, "thinking"))
    view.feed(ThinkingDelta("Let me see"))
    loop.advance(45)
    view.feed(BlockStarted(1, "text"))
    for piece in ("A **para", "graph**\n\nand [a li", "nk](https://a.b/)"):
        view.feed(TextDelta(piece))
        loop.advance(0.2)
    view.close(Ending.INTERRUPTED, reply("…"), 12.3)
    screen.error("cut off")
    screen.restore()
    return tty.text


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {}])
def test_where_nothing_can_be_painted_text_is_appended(environ: dict[str, str]) -> None:
    assert show_plainly(environ) == (
        "overloaded␛; trying again in 2 s\n"
        "still thinking\n"
        "✻ thought for 45.0 s\n"
        "\n"
        "A paragraph\n"
        "\n"
        "and a link (https://a.b/)\n"
        "\n"
        "⏹ interrupted\n"
        "12.3 s\n"
        "\n"
        "✗ cut off\n"
    )


def test_for_those_who_listen_signs_are_words_and_a_silence_is_said_once() -> None:
    assert show_plainly({"TERM": "xterm", "ACCESSIBLE": "1"}) == (
        "opus answers:\n"
        "overloaded␛; trying again in 2 s\n"
        "still thinking\n"
        "thought for 45.0 s\n"
        "\n"
        "A paragraph\n"
        "\n"
        "and a link (https://a.b/)\n"
        "\n"
        "interrupted\n"
        "End of the answer. 12.3 s\n"
        "\n"
        "Error: cut off\n"
    )


def test_a_file_gets_plain_text_too() -> None:
    stream, loop = io.StringIO(), FakeLoop()
    screen = open_screen(
        stream, environ={"TERM": "xterm"}, clock=loop.clock, call_later=loop.call_later
    )
    view = screen.reply(model="opus")
    view.feed(TextDelta("An **answer**"))
    view.close(Ending.COMPLETE, None, 1.0)
    assert stream.getvalue() == "An answer\n\n"


class HungUp(Tty):
    """A terminal whose window is closed after some writes."""

    left = 5

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise OSError(5, "Input/output error")
        return super().write(text)


def test_a_closed_window_does_not_get_in_the_way_of_what_arrives() -> None:
    loop = FakeLoop()
    screen = open_screen(
        HungUp(), environ={"TERM": "xterm"}, clock=loop.clock, call_later=loop.call_later
    )
    view = screen.reply(model="opus")
    for _ in range(50):
        view.feed(TextDelta("text and "))
        loop.advance(0.1)
    view.close(Ending.COMPLETE, None, 1.0)
    screen.error("said to nobody")
    screen.restore()
    assert isinstance(screen.gone, OSError)


def test_opening_a_screen_and_a_banner_load_neither_rich_nor_pygments() -> None:
    program = (
        "import io, sys\n"
        "from streamchat.render import open_screen\n"
        "open_screen(io.StringIO(), environ={}, clock=lambda: 0.0).banner(['hello'])\n"
        "print(*sorted({'rich', 'pygments', 'markdown_it', 'wcwidth'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


def test_the_overview_of_help_fits_a_window_of_80_by_24() -> None:
    made = stage(80, 24)
    made.screen.markdown(help_overview())
    assert made.lines[0].startswith("Conversations: /new /resume")
    assert len(made.lines) <= 22  # the prompt and its status stand below


def test_an_answer_by_another_model_is_labelled() -> None:
    made = stage()
    answers = [
        Message("assistant", (text_block(text),), model, "end_turn")
        for text, model in (("Own.", "opus-20260101"), ("Other.", "haiku"), ("Unknown.", None))
    ]
    asyncio.run(made.screen.history(tuple(map(turn, answers)), model="opus", whole=True))
    lines = [line for line in made.lines if line]
    assert [line for line in lines if "answers." in line] == [lines[1]]
    assert "haiku answers." in lines[1]
