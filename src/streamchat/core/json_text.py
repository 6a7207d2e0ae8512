"""Reads JSON that others wrote.

Rule: every error is a ValueError with one line. The nesting is limited, so that what was read
can be written, copied and compared anywhere in the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

MOST_NESTED = 256  # levels; no client of the API takes more than 200 in a block
_LONG = 1_000_000  # characters: reading them takes 0.05 s


def read_json(text: str | bytes) -> object:
    """Bytes are UTF-8. Raises ValueError."""
    if isinstance(text, bytes):
        text = text.decode("utf-8")  # never UTF-16 by guess, as json.loads does
    try:
        hook = _as_it_is if len(text) > _LONG else None
        value: object = json.loads(text.removeprefix("\ufeff"), object_hook=hook)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # Python's limit
        raise ValueError("a number has too many digits") from error
    require_shallow(value, text)
    return value


def _as_it_is(value: dict[str, Any]) -> dict[str, Any]:
    """Lets keys and signals be served between the objects of a long text: only Python code can
    be interrupted, and json's parser is C."""
    return value


def require_shallow(value: object, text: str) -> None:
    """Raises ValueError if the value read from `text` is nested too deeply."""
    if text.count("[") + text.count("{") <= MOST_NESTED:
        return  # nearly always, and cheap to check
    level: list[object] = [value]
    for _ in range(MOST_NESTED):
        level = [inner for outer in level for inner in _parts(outer)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _parts(value: object) -> list[object]:
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return []
    return [part for part in parts if isinstance(part, dict | list)]  # type: ignore[attr-defined]


# A string that is never closed is one token: looking for its end once is enough.
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z|\\\Z)|[\[\]{},]', re.DOTALL)


def split_array(text: str) -> Iterator[str]:
    """The elements of a JSON list as texts, not yet parsed: one that is damaged or nested too
    deeply does not cost the others. If the list was cut off, its incomplete rest is the last
    element."""
    start = text.find("[") + 1
    depth = 0
    for token in _TOKENS.finditer(text, start):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}" and depth:
            depth -= 1
        elif mark in ",]" and depth == 0:
            if element := text[start : token.start()].strip():
                yield element
            start = token.end()
            if mark == "]":
                return
    if element := text[start:].strip():
        yield element
