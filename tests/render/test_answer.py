"""The rows of a reply in their order, on a fold that settles whole lines."""

from __future__ import annotations

from stage import FakeFold, FakeLoop

from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    RawEvent,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.messages import Usage, user_message
from streamchat.render.reply.answer import AnswerRows
from streamchat.render.rows import Row
from streamchat.render.screen.row_diff import plain_text
from streamchat.render.style import PLAIN

WIDTH = 40


def texts(rows: list[Row]) -> list[str]:
    return [plain_text(row) for row in rows]


def new_answer(loop: FakeLoop | None = None, *, trace: bool = False) -> AnswerRows:
    clock = (loop or FakeLoop()).clock
    return AnswerRows(look=PLAIN, width=WIDTH, new_rows=FakeFold, clock=clock, trace=trace)


def shown(*events: Event) -> list[str]:
    answer = new_answer()
    for event in events:
        answer.feed(event)
    return texts(answer.close())


def test_lines_settle_and_the_open_one_is_the_tail() -> None:
    answer = new_answer()
    answer.feed(BlockStarted(0, "text"))
    answer.feed(TextDelta("one\ntw"))
    assert texts(answer.settle()) == ["one"]
    assert texts(answer.tail(5)) == ["tw"]
    answer.feed(TextDelta("o\nthree"))
    assert texts(answer.settle()) == ["two"]
    assert texts(answer.close()) == ["three"]
    assert answer.tail(5) == []


def test_no_row_is_asked_of_a_tail_of_no_height() -> None:
    answer = new_answer()
    answer.feed(TextDelta("text"))
    answer.settle()
    assert answer.tail(0) == []
    assert answer.tail(-1) == []


def test_text_blocks_that_follow_directly_are_one_text() -> None:
    """Citations cut a sentence into several blocks."""
    events: list[Event] = [
        BlockStarted(0, "text"),
        TextDelta("Tea is "),
        BlockStopped(0, {"type": "text", "text": "Tea is "}),
        BlockStarted(1, "text"),
        TextDelta("cheap"),
        BlockStopped(1, {"type": "text", "text": "cheap"}),
    ]
    assert shown(*events) == ["Tea is cheap"]


def test_texts_with_a_tool_between_them_stand_apart() -> None:
    search = {"type": "server_tool_use", "name": "web_search", "input": {"query": "tea\x1b[2J"}}
    events: list[Event] = [
        BlockStarted(0, "text"),
        TextDelta("Let me look."),
        BlockStarted(1, "server_tool_use", "web_search"),
        BlockStopped(1, search),
        BlockStarted(2, "web_search_tool_result"),
        BlockStopped(2, {"type": "web_search_tool_result"}),
        BlockStarted(3, "text"),
        TextDelta("It is cheap."),
    ]
    assert shown(*events) == [
        "Let me look.", "", "* searched the web: tea␛[2J", "", "It is cheap."
    ]  # fmt: skip


def test_thoughts_stream_in_the_tail_and_settle_as_one_line() -> None:
    loop = FakeLoop()
    answer = new_answer(loop)
    answer.feed(BlockStarted(0, "thinking"))
    loop.advance(1)
    answer.feed(ThinkingDelta("First this.\n\nThen "))
    answer.feed(ThinkingDelta("that, which takes somewhat more than a row."))
    assert answer.settle() == []
    assert texts(answer.tail(9)) == [
        "  First this.", "", "  Then that, which takes somewhat more", "  than a row."
    ]  # fmt: skip
    assert texts(answer.tail(1)) == ["  than a row."]
    loop.advance(2.2)
    answer.feed(UsageUpdated(Usage(thinking_tokens=812)))
    answer.feed(BlockStopped(0, {"type": "thinking"}))
    answer.feed(BlockStarted(1, "text"))
    answer.feed(TextDelta("So: yes"))
    assert texts(answer.settle()) == ["* thought for 3.2 s · 812 tokens", ""]
    assert texts(answer.tail(9)) == ["So: yes"]


def test_thoughts_of_no_time_leave_no_line() -> None:
    assert shown(BlockStarted(0, "redacted_thinking"), TextDelta("yes")) == ["yes"]


def test_a_long_line_of_thoughts_shows_its_end_only() -> None:
    answer = new_answer()
    for number in range(2000):
        answer.feed(ThinkingDelta(f"word{number} "))
    answer.settle()
    rows = texts(answer.tail(9))
    assert len(rows) == 4
    assert rows[-1].endswith("word1999")


def test_the_trace_stands_above_the_answer_and_does_not_break_it() -> None:
    answer = new_answer(trace=True)
    answer.feed(RawEvent({"type": "message_start", "message": {"id": "m\x1b"}}))
    answer.feed(BlockStarted(0, "text"))
    for text in ("one\n", "two\n", "three"):
        answer.feed(RawEvent({"type": "content_block_delta"}))
        answer.feed(TextDelta(text))
    assert texts(answer.settle()) == [
        'message_start {"message": {"id": "m\\u00…',
        "content_block_delta",
        "content_block_delta",
        "content_block_delta",
    ]
    assert texts(answer.tail(9)) == ["one", "two", "three"]
    assert texts(answer.tail(2)) == ["two", "three"]
    answer.feed(RawEvent({"type": "message_stop"}))
    assert texts(answer.close()) == ["message_stop", "", "one", "two", "three"]


def test_events_that_show_nothing_show_nothing() -> None:
    assert (
        shown(
            Retrying(1, 2.0, "busy"),
            Started("m", "model", Usage()),
            RawEvent({"type": "ping"}),
            BlockStarted(0, "text"),
            Finished(user_message("")),
        )
        == []
    )


def test_a_new_width_holds_for_the_rows_to_come() -> None:
    answer = new_answer()
    answer.feed(TextDelta("a" * 50))
    answer.settle()
    assert [row.width for row in answer.tail(9)] == [40, 10]
    answer.resize(25)
    assert [row.width for row in answer.tail(9)] == [25, 25]


def test_settling_stops_when_its_time_is_used_up_and_goes_on_where_it_stopped() -> None:
    loop = FakeLoop()

    def ticking() -> float:
        loop.now_s += 0.01
        return loop.now_s

    answer = AnswerRows(look=PLAIN, width=WIDTH, new_rows=FakeFold, clock=ticking)
    lines = [f"line {number}" for number in range(50)]
    answer.feed(TextDelta("\n".join(lines)))
    first = texts(answer.settle(budget_s=0.1))
    assert 0 < len(first) < 20
    assert answer.is_behind
    assert answer.tail(5) == []  # it would stand below rows that are not there yet
    answer.feed(TextDelta("!"))
    answer.end()
    rest = []
    while answer.is_behind:
        rest += texts(answer.settle(budget_s=0.1))
    assert [*first, *rest] == [*lines[:-1], "line 49!"]


def test_what_is_abandoned_is_said_to_be_left_out() -> None:
    answer = new_answer()
    answer.feed(TextDelta("some\nlines\n"))
    answer.end()
    answer.abandon()
    assert "not shown" in " ".join(texts(answer.close()))
    assert not answer.is_behind


def test_what_is_settled_is_not_abandoned() -> None:
    answer = new_answer()
    answer.feed(TextDelta("some\nlines"))
    answer.end()
    assert texts(answer.settle()) == ["some", "lines"]
    answer.abandon()
    assert answer.close() == []
