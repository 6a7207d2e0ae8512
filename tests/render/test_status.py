"""The status row and the figures in it."""

from __future__ import annotations

import pytest

from streamchat.core.events import (
    BlockStarted,
    Event,
    Retrying,
    Started,
    TextDelta,
    UsageUpdated,
)
from streamchat.core.messages import Message, Usage
from streamchat.core.theme import theme_named
from streamchat.render.reply.figures import format_seconds, format_usage
from streamchat.render.reply.status import Price, StatusRow
from streamchat.render.screen.row_diff import plain_text
from streamchat.render.style import PLAIN, Depth, Style

LOOK = Style(theme_named("mono"), Depth.ATTRIBUTES)
STARTED = Started("m", "opus", Usage(12))


def status(*events: tuple[float, Event], price: Price | None = None) -> StatusRow:
    made = StatusRow(model="opus", now_s=0.0, look=LOOK, price=price)
    for at_s, event in events:
        made.feed(event, at_s)
    return made


def row(made: StatusRow, now_s: float, width: int = 100) -> str:
    return plain_text(made.row(now_s, width))


def test_what_is_awaited_and_since_when() -> None:
    assert row(status(), 0.1) == "⠋ connecting · opus · 0 s · esc to stop"
    assert row(status(), 3.0) == "⠼ connecting · opus · 3 s · esc to stop"
    thinking = status((0.5, STARTED), (4.0, BlockStarted(0, "thinking")))
    assert row(thinking, 9.0) == "⠹ thinking 5 s · opus · 9 s · esc to stop"


@pytest.mark.parametrize(
    ("kind", "name", "awaited"),
    [
        ("text", None, "writing"),
        ("redacted_thinking", None, "thinking"),
        ("server_tool_use", "web_search", "searching the web"),
        ("server_tool_use", "new_tool\x1b[2J", "using new_tool␛[2J"),
        ("web_search_tool_result", None, "reading the results"),
        ("some_new_block", None, "using some_new_block"),
    ],
)
def test_blocks_by_what_they_mean(kind: str, name: str | None, awaited: str) -> None:
    assert status((0.5, BlockStarted(0, kind, name))).awaited == awaited


def test_a_retry_counts_down() -> None:
    made = status((0.0, Retrying(2, 7.0, "overloaded\n")))
    assert row(made, 0.0) == "⠋ retry 2 in 7 s · esc to stop · overloaded␤"
    assert row(made, 4.9) == "⠏ retry 2 in 2 s · esc to stop · overloaded␤"
    assert row(made, 9.0) == "⠹ retry 2 in 0 s · esc to stop · overloaded␤"
    made.feed(STARTED, 9.0)
    assert "retry" not in row(made, 9.0)


@pytest.mark.parametrize("width", [32, 60, 80])
def test_a_long_reason_hides_neither_the_seconds_nor_the_way_out(width: int) -> None:
    made = status((0.0, Retrying(1, 4.0, "Too many requests (429). " * 9)))
    assert row(made, 0.0, width).startswith("⠋ retry 1 in 4 s · esc to stop")
    assert len(row(made, 0.0, width)) == width


def test_figures_while_writing_and_the_servers_count_when_it_comes() -> None:
    made = status((1.0, STARTED), (2.0, TextDelta("x" * 400)), (4.0, TextDelta("x" * 400)))
    assert row(made, 4.0) == "● writing · opus · 4 s · ~266 tokens · 133 tok/s · esc to stop"
    made.feed(UsageUpdated(Usage(12, 1234)), 4.1)
    assert row(made, 4.9).startswith("● writing · opus · 4 s · ~266 tokens")
    made.feed(TextDelta("x"), 5.0)
    assert row(made, 5.0) == "● writing · opus · 5 s · 1,234 tokens · 411 tok/s · esc to stop"


def test_figures_move_once_a_second_and_not_with_every_delta() -> None:
    made = status((1.0, STARTED))
    rows = set()
    for tick in range(100):
        made.feed(TextDelta("word " * 9), 2 + tick / 20)
        rows.add(row(made, 2 + tick / 20))
    assert 4 <= len(rows) <= 6


def test_the_spinner_turns_again_when_the_text_stalls() -> None:
    made = status((1.0, STARTED), (2.0, TextDelta("x")))
    assert row(made, 2.5).startswith("● writing")
    assert row(made, 4.0).startswith("⠹ writing")
    assert row(made, 9.0).startswith("⠹ nothing for 7 s")


def test_the_cost_where_a_price_is_known() -> None:
    made = status((0.0, STARTED), price=lambda model, usage: 0.5 if model == "opus" else None)
    assert "$0.5000 · esc to stop" in row(made, 1.0)


def test_the_cost_grows_with_the_answer_and_is_about_until_the_server_counts() -> None:
    def price(model: str, usage: Usage) -> float:
        return (usage.input_tokens or 0) + (usage.output_tokens or 0) / 1000

    made = status((0.0, STARTED), (1.0, TextDelta("x" * 400)), price=price)
    assert "~$12.13" in row(made, 1.0)
    made.feed(UsageUpdated(Usage(12, 300)), 2.0)
    assert " · $12.30" in row(made, 3.0)


def test_whatever_the_width_the_row_fits() -> None:
    made = status((1.0, STARTED), (2.0, TextDelta("x" * 400)))
    assert [width for width in range(1, 80) if made.row(4.0, width).width > width] == []


def test_the_way_out_is_shown_before_the_figures() -> None:
    made = status((1.0, STARTED), (2.0, TextDelta("x" * 400)))
    assert row(made, 2.0, 30) == "● writing · opus · esc to stop"
    assert row(made, 2.0, 24) == "● writing · esc to stop"


def test_a_look_without_escapes_has_none() -> None:
    text = StatusRow(model="opus", now_s=0.0, look=PLAIN).row(1.0, 80).text
    assert text.isascii() or "·" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (12.34, "12.3 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s")],
)
def test_seconds(seconds: float, words: str) -> None:
    assert format_seconds(seconds) == words


def reply(usage: Usage | None, cost_usd: float | None = None) -> Message:
    return Message("assistant", (), usage=usage, cost_usd=cost_usd)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            reply(Usage(234, 567, cache_read_input_tokens=1000), 0.0123),
            "1,234 in · cache 1k read · 567 out · 12.3 s · 46 tok/s · $0.0123",
        ),
        (
            reply(Usage(1, 67, 200, 1000, 9)),
            "1,201 in (200 to cache) · cache 1k read · 67 out (9 thinking) · 12.3 s · 5 tok/s",
        ),
        (reply(Usage(234), 0.0123), "234 in · 12.3 s · ~$0.0123"),
        (reply(Usage(234, 567)), "234 in · 567 out · 12.3 s · 46 tok/s"),
        (reply(Usage(output_tokens=5)), "5 out · 12.3 s · 0 tok/s"),
        (reply(None), "12.3 s"),
        (None, "12.3 s"),
    ],
)
def test_the_usage_line_leaves_out_what_is_unknown(message: Message | None, words: str) -> None:
    assert format_usage(message, 12.3) == words
