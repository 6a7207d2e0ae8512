"""JSON that others wrote: whatever is wrong with it is a ValueError of one line."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamchat.core.json_text import MOST_NESTED, read_json, split_array


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + closing * levels


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (nested(MOST_NESTED + 1), "nested too deeply"),
        (nested(100_000), "nested too deeply"),
        ('{"a":' * (MOST_NESTED + 1) + "1" + "}" * (MOST_NESTED + 1), "nested too deeply"),
        ("1" * 5000, "a number has too many digits"),
        ("[1,", "Expecting value"),
        ("", "Expecting value"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, wrong: str) -> None:
    for form in (text, text.encode()):
        with pytest.raises(ValueError, match=wrong) as caught:
            read_json(form)
        assert "\n" not in str(caught.value)


def test_keys_and_signals_are_served_while_a_long_text_is_read() -> None:
    text = json.dumps([{"text": "x" * 10_000}] * 200)
    calls: list[str] = []
    sys.setprofile(lambda _frame, event, _arg: calls.append(event))
    try:
        read_json(text)
    finally:
        sys.setprofile(None)
    assert calls.count("call") >= 200


def test_bytes_are_utf8_and_nothing_else() -> None:
    assert read_json(b'\xef\xbb\xbf"\xc3\xa9"') == "é"
    with pytest.raises(UnicodeDecodeError):
        read_json('"é"'.encode("utf-16"))


def test_brackets_in_texts_are_not_levels() -> None:
    assert read_json(json.dumps(["[{" * 1000])) == ["[{" * 1000]
    assert read_json(json.dumps([[]] * 1000)) == [[]] * 1000
    assert read_json(nested(MOST_NESTED))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just('"],{\\'),
    lambda values: (
        st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=3)
    ),
    max_leaves=8,
)


@given(values=st.lists(JSON, max_size=5), indent=st.sampled_from([None, 1]))
def test_a_list_is_split_into_its_elements(values: list[Any], indent: int | None) -> None:
    text = f" {json.dumps(values, indent=indent)}\n"
    assert [json.loads(each) for each in split_array(text)] == values


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("[1, , 2]", ["1", "2"]),
        ('[{"a": 1}, {"b": [2', ['{"a": 1}', '{"b": [2']),
        ('["a, "b"]', ['"a, "b"]']),
        ('[1] [2]', ["1"]),
        ("[1}, 2]", ["1}", "2"]),
        ('["\\', ['"\\']),
        ("", []),
        ("[", []),
    ],
)  # fmt: skip
def test_a_damaged_list_is_split_where_that_is_possible(text: str, elements: list[str]) -> None:
    assert list(split_array(text)) == elements


@pytest.mark.parametrize("piece", ['"\\"', '"', "[", "{]", "\\", ',"'])
def test_no_damage_costs_more_than_its_length(piece: str) -> None:
    assert sum(map(len, split_array("[" + piece * 100_000))) <= 100_000 * len(piece)
