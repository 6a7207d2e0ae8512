"""Nothing that arrives drives the terminal: every payload, in every sink, however cut.

What is checked are the bytes that a terminal would be sent.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from stage import Stage, stage

from shares import share
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.messages import Message, Usage, text_block
from streamchat.core.ports import Ending
from streamchat.core.records import Turn
from streamchat.core.theme import theme_named
from streamchat.render.markdown.markdown_rows import MarkdownRows
from streamchat.render.screen.painter import Painter
from streamchat.render.style import Depth, Style

CORPUS = Path(__file__).parents[1] / "data" / "escape_corpus.json"
ENTRIES: list[dict[str, str]] = json.loads(CORPUS.read_text())
PAYLOADS = [entry["payload"] for entry in ENTRIES]
SHORT = [payload for payload in PAYLOADS if len(payload) < 2000]
LINKED = Style(theme_named("dark"), Depth.TRUE_COLOUR, hyperlinks=True)

# All that the painter and the rows are made of.
OURS = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[\?(?:25|7|2026)[hl]|\x1b\[\d*[ABCDGJKLM]|\x08"
    r"|\x1b\]8;(?:id=[0-9a-f]+;(?:https?://|mailto:)[\x21-\x7e]+|;)\x1b\\|\r|\n",
    re.IGNORECASE,
)
COMMANDING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

SINKS = (
    *("{}", "`{}`", "# {}", "- {}\n- {}", "> {}", "| a |\n|---|\n| {} |", "```{}\n{}\n```"),
    *("[a]({})", "[a](<{}>)", '[{}](http://x.org "{}")', "![{}](<{}>)", "<http://x.org/{}>"),
    *("[a]: <{}> '{}'\n\n[a] [{}]", "<b {}>", "[^{}]: {}", "$${}$$", "http://x.org/{}"),
)


def check(written: str) -> None:
    found = COMMANDING.search(OURS.sub("", written))
    assert found is None, written[max(0, found.start() - 40) :][:200]


@pytest.mark.parametrize("sink", share(SINKS, every=3))
def test_in_an_answer_in_one_piece(sink: str) -> None:
    assert len(SHORT) > 90
    for payload in PAYLOADS:
        check(painted([sink.replace("{}", payload[:5_000])]))


@pytest.mark.parametrize("first", share(range(8), every=8))
@pytest.mark.parametrize("sink", share(SINKS, every=3))
def test_in_an_answer_cut_in_two_at_every_place(sink: str, first: int) -> None:
    for payload in SHORT[first::8]:
        source = sink.replace("{}", payload[:60])
        start = sink.index("{}")
        for cut in range(start, start + min(len(payload), 60) + 1):
            check(painted([source[:cut], source[cut:]]))


def painted(pieces: list[str]) -> str:
    fold, painter = MarkdownRows(width=40, look=LINKED), Painter(width=40, height=12)
    written = ""
    for piece in pieces:
        rows = fold.feed(piece)
        written += painter.frame(rows, fold.tail(10))
    return written + painter.finish(fold.close())


@pytest.mark.parametrize("environ", [{}, {"ACCESSIBLE": "1"}], ids=["live", "plain"])
def test_in_everything_that_a_screen_is_told(environ: dict[str, str]) -> None:
    for payload in SHORT:
        made = stage(60, 12, TERM_PROGRAM="WezTerm", **environ)
        made.tty.terminal = None
        tell_all(made, payload)
        check(made.tty.text)


def tell_all(made: Stage, payload: str) -> None:
    message = Message("assistant", (text_block(payload),), payload, payload, Usage())
    question = Message("user", (text_block(payload), {"type": "document", "title": payload}))
    thought = {"type": "thinking", "thinking": payload, "signature": "s"}
    tool = {"type": "server_tool_use", "name": payload, "input": {"query": payload}}
    turns = (
        Turn("1", None, "2026-11-23T00:00:00Z", question),
        Turn("2", "1", "2026-11-23T00:00:00Z", Message("assistant", (thought, tool))),
        Turn("3", "2", "2026-11-23T00:00:00Z", message),
    )
    made.screen.banner([payload])
    view = made.screen.reply(model=payload, trace=True)
    middle = len(payload) // 2
    for event in (
        RawEvent({"type": payload, payload: payload}),
        Retrying(1, 1.0, payload),
        Started("m", payload, Usage()),
        BlockStarted(0, "thinking"),
        ThinkingDelta(payload[:middle]),
        ThinkingDelta(payload[middle:]),
        BlockStarted(1, "server_tool_use", payload),
        BlockStopped(1, tool),
        BlockStarted(2, payload, payload),
        TextDelta(payload[:middle]),
        TextDelta(payload[middle:]),
    ):
        view.feed(event)
        made.loop.advance(0.2)
    made.screen.notice(payload)
    view.close(Ending.COMPLETE, message, 1.0)
    made.screen.error(payload)
    made.screen.markdown(payload)
    asyncio.run(made.screen.history(turns, whole=True))
    asyncio.run(made.screen.redraw(message))
