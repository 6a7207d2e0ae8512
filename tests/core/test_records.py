"""The records of a conversation file, as values and as lines."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamchat.core.messages import Block, Message, Usage, text_block, user_message
from streamchat.core.records import (
    VERSION,
    EmptyReply,
    Head,
    Header,
    Partial,
    Record,
    Setting,
    Turn,
    Unknown,
    UnparsedTurn,
    from_dict,
    is_whole,
    parse_record,
    read_beginning,
    to_line,
)
from streamchat.core.times import stamp

REPLY = Message(
    "assistant",
    ({"type": "thinking", "thinking": "", "signature": "abc"}, text_block("Hello.")),
    model="claude-test",
    stop_reason="end_turn",
    usage=Usage(input_tokens=10, output_tokens=3),
    cost_usd=0.25,
    request_id="req_1",
)
EXAMPLES: list[tuple[Record, dict[str, Any]]] = [
    (
        Header("abcd", "2026-11-22T10:00:00Z", "claude-test", None),
        {
            "streamchat": 1,
            "type": "conversation",
            "id": "abcd",
            "created": "2026-11-22T10:00:00Z",
            "model": "claude-test",
            "system": None,
        },
    ),
    (
        Turn("t1", None, "2026-11-22T10:00:00Z", user_message("Hi")),
        {
            "type": "turn",
            "id": "t1",
            "parent": None,
            "at": "2026-11-22T10:00:00Z",
            "role": "user",
            "content": [{"type": "text", "text": "Hi"}],
        },
    ),
    (
        Turn("t2", "t1", "2026-11-22T10:00:01Z", REPLY),
        {
            "type": "turn",
            "id": "t2",
            "parent": "t1",
            "at": "2026-11-22T10:00:01Z",
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "", "signature": "abc"},
                {"type": "text", "text": "Hello."},
            ],
            "model": "claude-test",
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "output_tokens": 3},
            "cost_usd": 0.25,
            "request_id": "req_1",
        },
    ),
    (
        Partial("t2", "t1", "2026-11-22T10:00:01Z", "lo.", 3),
        {
            "type": "partial",
            "id": "t2",
            "parent": "t1",
            "at": "2026-11-22T10:00:01Z",
            "from": 3,
            "text": "lo.",
        },
    ),
    (Head("t1"), {"type": "head", "turn": "t1"}),
    (Head(None), {"type": "head", "turn": None}),
    (Setting({"title": "Greeting"}), {"type": "set", "title": "Greeting"}),
    (
        EmptyReply("2026-11-22T10:00:01Z", replace(REPLY, content=())),
        {
            "type": "empty_reply",
            "at": "2026-11-22T10:00:01Z",
            "model": "claude-test",
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "output_tokens": 3},
            "cost_usd": 0.25,
            "request_id": "req_1",
        },
    ),
    (Unknown({"type": "poll", "votes": [1]}), {"type": "poll", "votes": [1]}),
]


@pytest.mark.parametrize(("record", "data"), EXAMPLES)
def test_a_record_is_this_json(record: Record, data: dict[str, Any]) -> None:
    line = to_line(record)
    assert line == json.dumps(data).encode() + b"\n"
    assert parse_record(line) == record


@pytest.mark.parametrize(("record", "data"), EXAMPLES)
def test_unknown_fields_survive(record: Record, data: dict[str, Any]) -> None:
    extended = {**data, "mood": {"deep": ["glad", None, 1.5]}}
    assert parse_record(json.dumps(extended)) != record
    assert json.loads(to_line(from_dict(extended))) == extended


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("usage", {"input_tokens": 1, "server_tool_use": {"web_search_requests": 2}}),
        ("usage", {"input_tokens": "many"}),
        ("usage", [1]),
        ("cost_usd", "free"),
        ("model", {"name": "m"}),
        ("stop_reason", 7),
        ("at", 12),
    ],
)
def test_a_field_of_another_type_costs_neither_the_turn_nor_itself(
    field: str, value: object
) -> None:
    data = {**EXAMPLES[2][1], field: value}
    turn = from_dict(data)
    assert isinstance(turn, Turn)
    assert turn.message.text == "Hello."
    assert json.loads(to_line(turn)) == data


def test_a_newer_version_is_recognised() -> None:
    header = parse_record(b'{"streamchat": 3, "type": "conversation", "id": "x", "rows": 3}')
    assert header == Header("x", "", "", None, version=3, extra={"rows": 3})
    assert header.version > VERSION


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"7",
        b"{}",
        b'{"type": 7}',
        b'{"type": "turn"}',
        b'{"type": "turn", "id": "a", "parent": null, "role": "system", "content": []}',
        b'{"type": "turn", "id": "a", "parent": null, "role": "user", "content": [7]}',
        b'{"type": "turn", "id": "a", "parent": null, "role": "user"}',
        b'{"type": "turn", "id": "../a", "parent": null, "role": "user", "content": []}',
        b'{"type": "turn", "id": "a", "parent": "a b", "role": "user", "content": []}',
        b'{"type": "partial", "id": "a", "parent": null, "text": null}',
        b'{"type": "partial", "id": "a", "parent": null, "text": "x", "from": -1}',
        b'{"type": "head", "turn": 7}',
        b'{"type": "conversation", "id": "a"}',
        b'{"type": "conversation", "id": "a", "streamchat": true}',
        b'{"type": "head", "turn": "\xff"}',
        b'{"type": "head", "turn": ' + b"[" * 100_000,
        b'{"type": "head", "turn": ' + b"9" * 5000 + b"}",
        '{"type": "head", "turn": null}'.encode("utf-16-le"),
    ],
)
def test_a_bad_line_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_record(line)
    assert not is_whole(line)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse_record('\ufeff{"type": "head", "turn": null}') == Head(None)


@given(st.text(st.characters(codec=None, categories=None)))
def test_any_text_survives_as_ascii_in_one_line(text: str) -> None:
    turn = Turn("t", None, "", user_message(text))
    line = to_line(turn)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.splitlines(keepends=True) == [line]
    assert parse_record(line) == turn


def test_a_sealed_turn_is_the_turn() -> None:
    turn = EXAMPLES[2][0]
    line = to_line(turn).rstrip(b"\n")
    unparsed = read_beginning(line, 3)
    assert unparsed == UnparsedTurn("t2", "t1", "2026-11-22T10:00:01Z", "assistant", line, 3)
    assert unparsed.parse() == turn
    assert to_line(unparsed) == line + b"\n"
    about = Message(
        "assistant", (), REPLY.model, "end_turn", REPLY.usage, REPLY.cost_usd, "req_1"
    )
    assert unparsed.about_reply() == about


def test_the_end_of_a_sealed_turn_cannot_be_forged_by_its_text() -> None:
    text = 'see "}], "model": "evil", "cost_usd": 99}'
    content = (text_block(text), {"type": "x", "input": [{"a": [1], "model": "inner"}]})
    message = Message("assistant", content, model="claude-test", cost_usd=0.5)
    unparsed = read_beginning(to_line(Turn("t", None, "", message)).rstrip(b"\n"), 1)
    assert unparsed is not None
    assert unparsed.about_reply().model == "claude-test"
    assert unparsed.about_reply().cost_usd == 0.5


def test_the_end_of_a_reply_of_which_little_is_known() -> None:
    inner: Block = {"type": "x", "input": {"a": [1], "model": "inner"}}
    for message in (
        Message("assistant", (inner,), cost_usd=0.5),
        Message("assistant", (inner,), stop_reason="end_turn"),
        Message("assistant", (inner,), usage=Usage(input_tokens=1)),
        Message("assistant", (inner,)),
    ):
        unparsed = read_beginning(to_line(Turn("t", None, "", message)).rstrip(b"\n"), 1)
        assert unparsed is not None
        assert unparsed.about_reply() == replace(message, content=())


def test_only_a_turn_that_looks_undamaged_is_sealed() -> None:
    line = to_line(EXAMPLES[2][0]).rstrip(b"\n")
    assert read_beginning(line, 1) is not None
    damaged = [line[:-1], line + b"\0", line[:90] + b"\0" + line[90:], line[:100] + line]
    damaged += [line.replace(b'"id": ', b'"id":'), to_line(Head(None)).strip()]
    assert [read_beginning(one, 1) for one in damaged] == [None] * len(damaged)


def test_damage_behind_the_beginning_is_found_when_unsealed() -> None:
    line = to_line(EXAMPLES[2][0]).rstrip(b"\n")
    unparsed = read_beginning(line[:110] + b'"' + line[110:], 1)
    assert unparsed is not None
    with pytest.raises(ValueError):  # noqa: PT011
        unparsed.parse()


def test_a_stamp_is_utc_in_whole_seconds() -> None:
    assert stamp(1_790_000_000.9) == "2026-09-21T14:13:20Z"
