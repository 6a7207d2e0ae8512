"""A reply folded from its events: whole, and cut after every one of them."""

from __future__ import annotations

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
from streamchat.core.messages import INTERRUPTED, Block, Message, Usage, text_block
from streamchat.core.reply import ReplyFold, keepable

FIRST, LAST = Usage(input_tokens=12, output_tokens=1), Usage(input_tokens=12, output_tokens=34)
UNCOUNTED = Usage(input_tokens=12)  # of a reply that ended before its counts came
SIGNED: Block = {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"}
CALL: Block = {"type": "server_tool_use", "id": "t1", "name": "web_search", "input": {}}
RESULT: Block = {"type": "web_search_tool_result", "tool_use_id": "t1", "content": []}
WHOLE = Message(
    "assistant",
    (SIGNED, text_block("Hello.")),
    model="claude-sonnet-5-5",
    stop_reason="end_turn",
    usage=LAST,
    request_id="req_1",
)
REPLY: tuple[Event, ...] = (
    Started("msg_1", "claude-sonnet-5-5", FIRST, "req_1"),
    BlockStarted(0, "thinking"),
    ThinkingDelta("Let me "),
    ThinkingDelta("see."),
    BlockStopped(0, SIGNED),
    BlockStarted(1, "text"),
    TextDelta("Hel"),
    TextDelta("lo."),
    BlockStopped(1, text_block("Hello.")),
    UsageUpdated(LAST),
    Finished(WHOLE),
)


def turn_of(*events: Event) -> ReplyFold:
    turn = ReplyFold()
    for event in events:
        turn.feed(event)
    return turn


def partial(*content: Block, usage: Usage = UNCOUNTED) -> Message:
    return Message("assistant", content, "claude-sonnet-5-5", INTERRUPTED, usage, None, "req_1")


def test_a_finished_reply_is_the_message_it_finished_with() -> None:
    turn = turn_of(*REPLY)
    assert turn.message() is WHOLE
    assert (turn.text, turn.thinking) == ("Hello.", "Let me see.")


def test_a_reply_cut_after_any_event_keeps_what_had_arrived() -> None:
    messages = [turn_of(*REPLY[:count]).message() for count in range(len(REPLY))]
    assert messages == [
        *[None] * 5,  # nothing, started, and thinking that has no signature yet
        partial(SIGNED),
        partial(SIGNED),
        partial(SIGNED, text_block("Hel")),
        partial(SIGNED, text_block("Hello.")),
        partial(SIGNED, text_block("Hello.")),
        partial(SIGNED, text_block("Hello."), usage=LAST),
    ]


def test_the_text_so_far_grows_with_each_delta() -> None:
    texts = [turn_of(*REPLY[:count]).text for count in range(6, 9)]
    assert texts == ["", "Hel", "Hello."]


def test_the_stop_reason_of_an_unfinished_reply_is_the_callers() -> None:
    message = turn_of(*REPLY[:7]).message(stop_reason=None)
    assert message is not None
    assert message.stop_reason is None


def test_blank_text_alone_is_nothing() -> None:
    assert turn_of(REPLY[0], BlockStarted(0, "text"), TextDelta(" \n")).message() is None


def test_text_is_kept_when_its_block_never_stops() -> None:
    turn = turn_of(
        REPLY[0],
        BlockStarted(0, "text"),
        TextDelta("One."),
        BlockStarted(1, "text"),
        TextDelta("Two."),
    )
    assert turn.message() == partial(text_block("One."), text_block("Two."))


def test_an_unfinished_tool_call_is_dropped() -> None:
    turn = turn_of(*REPLY[:1], *REPLY[5:9], BlockStarted(2, "tool_use", "search"))
    assert turn.message() == partial(text_block("Hello."))


def test_what_the_api_would_refuse_to_take_back_is_dropped() -> None:
    unsigned = {"type": "thinking", "thinking": "Hm", "signature": ""}
    redacted = {"type": "redacted_thinking", "data": "x"}
    unknown = {"type": "from_the_future", "data": [1]}
    assert keepable([unsigned, redacted, unknown]) == (redacted, unknown)
    assert keepable([CALL, text_block("a")]) == (text_block("a"),)
    assert keepable([CALL, RESULT]) == (CALL, RESULT)


def test_events_that_say_nothing_about_the_message_are_ignored() -> None:
    assert turn_of(Retrying(1, 0.5, "busy"), RawEvent({"type": "ping"})).message() is None


def test_a_fault_after_the_end_changes_nothing() -> None:
    assert turn_of(*REPLY, TextDelta("late")).message() is WHOLE


def test_the_output_is_estimated_until_it_is_counted() -> None:
    assert turn_of().usage_so_far() is None
    letters = len("Let me see.Hello.")
    assert turn_of(*REPLY[:-2]).usage_so_far() == Usage(12, letters // 3)
    assert turn_of(*REPLY[:-1]).usage_so_far() == LAST
    assert turn_of(*REPLY).usage_so_far() == LAST
