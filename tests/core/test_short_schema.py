"""The short form of a schema, and how a value is shown."""

import json
from typing import Any

import pytest

from streamchat.core.schema import flat_rows, format_value, parse_short_schema


def fields(text: str) -> Any:
    return parse_short_schema(text)["properties"]


def test_the_short_form_names_fields_types_and_meanings() -> None:
    assert parse_short_schema("name, age int, tags [str]: what each tag is") == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "tags": {
                "type": "array",
                "items": {"type": "string"},
                "description": "what each tag is",
            },
        },
        "required": ["name", "age", "tags"],
        "additionalProperties": False,
    }


def test_lines_part_the_fields_so_that_meanings_may_hold_commas() -> None:
    assert fields("size float: in m, not ft\n\nok bool\n") == {
        "size": {"type": "number", "description": "in m, not ft"},
        "ok": {"type": "boolean"},
    }


def test_a_field_can_be_left_out_or_be_one_of_several_texts() -> None:
    schema = parse_short_schema("name, age int?, nick ?, size S|M|x-large, on [mon|tue]?: d")
    assert schema["required"] == ["name", "size"]
    assert schema["properties"] == {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "nick": {"type": "string"},
        "size": {"type": "string", "enum": ["S", "M", "x-large"]},
        "on": {
            "type": "array",
            "items": {"type": "string", "enum": ["mon", "tue"]},
            "description": "d",
        },
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", " , ", "a b c", "name age", "7up", "tags [str", "x [[int]]"),
        *("x a|", "x int|str", "x ??", "x? int", "x, y, x int?"),
    ],
)
def test_what_is_no_field_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"field|types"):
        parse_short_schema(text)


def test_a_list_of_flat_objects_is_a_table() -> None:
    rows = [{"city": "a|b *c*", "people": 3}, {"city": None, "open": True}]
    table = "".join(
        f"{line}\n"
        for line in (
            "| city | people | open |",
            "| --- | --- | --- |",
            r"| a\|b \*c\* | 3 |  |",
            "|  |  | true |",
        )
    )
    assert format_value(json.dumps(rows)) == table
    assert format_value(json.dumps({"cities": rows})) == table


@pytest.mark.parametrize(
    "value", [{"a": 1}, [1, 2], [], [{"a": [1]}], "text", {"a": 1, "b": []}]
)
def test_every_other_value_is_code(value: Any) -> None:
    assert flat_rows(value) is None
    shown = format_value(json.dumps(value))
    assert shown.startswith("```json\n")
    assert json.loads(shown.removeprefix("```json\n").removesuffix("```\n")) == value


def test_a_text_that_is_no_json_is_shown_as_it_is() -> None:
    assert format_value("{oops") == "```json\n{oops\n```\n"
