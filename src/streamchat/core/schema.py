"""The shape of an answer: JSON schemas and their short form.

    name, age int?, size S|M|L, tags [str]: what each tag is

A field is a name, its type (str when left out, int, float, bool, texts to choose from, or one
of these in brackets for a list), a question mark if it may be left out and, after a colon, its
meaning. Commas separate the fields; in a text of several lines, the lines do, so that a meaning
may contain commas.

Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from streamchat.core.citations import cited_text
from streamchat.core.conversation import VALUE
from streamchat.core.formatting import escape_markdown
from streamchat.core.messages import JsonObject, Message, text_block
from streamchat.core.records import Turn

_FIELD = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?:\s+(?P<type>\[?\s*[\w|-]+\s*\]?))?(?P<optional>\s*\?)?"
)
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of an answer: one JSON value of a schema. `fault` says why a text does not
    have it, or returns None."""

    schema: JsonObject
    fault: Callable[[str], str | None]

    def value(self, text: str) -> Any:
        """The value; None if the text does not have this shape."""
        return json.loads(text) if self.fault(text) is None else None


def format_value(text: str) -> str:
    """The JSON text as Markdown: a table for a list of flat objects, else a block of code."""
    try:
        rows = flat_rows(json.loads(text))
    except (ValueError, RecursionError):
        rows = None
    if rows is None:
        return format_json(text)
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([_cell(row.get(n)) for n in names] for row in rows)]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def format_json(text: str) -> str:
    """The JSON text as a block of code, indented; text that is not JSON is kept as it is."""
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False, allow_nan=False)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}json\n{text}\n{fence}\n"


def is_value(turn: Turn) -> bool:
    """Whether the text is one JSON value that a schema asked for."""
    return VALUE in turn.extra


def shown_message(turn: Turn) -> Message:
    """The message as a chat shows it: a value as a table or as code."""
    message = turn.message
    if not is_value(turn):
        return message
    return replace(message, content=(text_block(format_value(message.text)),))


def answer_markdown(turn: Turn) -> str:
    """An answer as Markdown for a pipe: with its marks and sources, a value as code."""
    content = turn.message.content
    text = format_json(turn.message.text) if is_value(turn) else cited_text(content)
    return text.rstrip("\n")


def _cell(value: Any) -> str:
    """A value as Markdown that shows exactly these characters."""
    if value is None:
        return ""
    plain = value if isinstance(value, str) else json.dumps(value)
    return escape_markdown(" ".join(plain.split()))


def parse_short_schema(text: str) -> JsonObject:
    """The JSON schema of an object with these fields. Raises ValueError that quotes the
    invalid field."""
    fields = text.splitlines() if "\n" in text.strip() else text.split(",")
    properties: JsonObject = {}
    required = []
    for field in filter(None, map(str.strip, fields)):
        shape, _, meaning = field.partition(":")
        name, schema, is_required = _field(shape.strip())
        if name in properties:
            raise ValueError(f"{shape!r}: there is another field of that name")
        if meaning.strip():
            schema["description"] = meaning.strip()
        properties[name] = schema
        required += [name] * is_required
    if not properties:
        raise ValueError("it names no field")
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _field(shape: str) -> tuple[str, JsonObject, bool]:
    match = _FIELD.fullmatch(shape)
    if match is None:
        raise ValueError(f"{shape!r} is not a field: write a name and a type")
    written = (match["type"] or "str").strip()
    bare = written.strip("[] ")
    kind = _kind(bare)
    if kind is None or written not in (bare, f"[{written[1:-1]}]"):
        raise ValueError(
            f"{shape!r}: the types are {', '.join(_TYPES)}, a|b to choose from, or one in [ ]"
        )
    whole = {"type": "array", "items": kind} if written != bare else kind
    return match["name"], whole, match["optional"] is None


def _kind(bare: str) -> JsonObject | None:
    """The schema of a type without brackets; None if it is not a type."""
    if bare in _TYPES:
        return {"type": _TYPES[bare]}
    choices = bare.split("|")
    if len(choices) < 2 or not all(choices) or not _TYPES.keys().isdisjoint(choices):
        return None
    return {"type": "string", "enum": list(dict.fromkeys(choices))}


def flat_rows(value: Any) -> list[Mapping[str, Any]] | None:
    """The value as rows of a table, if it is a list of flat objects (or an object that holds
    nothing but such a list); None otherwise."""
    if isinstance(value, dict) and len(value) == 1:
        [value] = value.values()
    if not isinstance(value, list) or not value:
        return None
    return value if all(map(_is_flat, value)) else None


def _is_flat(row: object) -> bool:
    return isinstance(row, dict) and not any(isinstance(v, dict | list) for v in row.values())
