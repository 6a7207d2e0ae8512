"""Damaged files by chance: a file in, another one out, the same for the same seed.

What a failing disk, another program or an attacker may make of a file: bytes that are changed,
lost, doubled or cut off; lines that are swapped; any JSON value in the place of another.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, TypeAlias

Mutation: TypeAlias = Callable[[random.Random, bytes], bytes]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**63, 10**40, 10**400, 1.5, -0.0, 1e308),
    *(float("nan"), float("inf"), -float("inf")),
    *("", " ", "\0", "\x1b[2J", "\u202e", "\ud800", "x" * 5000, "null", "1", "user"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-45"),
    *([], {}, [[]], [None], {"type": "text"}, {"type": "text", "text": 5}, {"": {}}),
    *({"type": {"type": []}}, [{"type": "text", "text": ["x"]}], nested(90), nested(400)),
)
ODD_BYTES = (
    *(
        b"\0",
        b"\xff",
        b"\n",
        b"\r\n",
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"\xe2\x80\xa8",
    ),
    *(b"\xed\xa0\x80", b"[" * 2000, b'{"a":' * 500, b"9" * 5000, b"1e999", b"\\u0000", b"NaN"),
)


def change_bytes(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(ODD_BYTES) + data[at + chance.choice((0, 1, 1, 5)) :]


def lose_bytes(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 10, 100, 1000)) :]


def double_bytes(chance: random.Random, data: bytes) -> bytes:
    at, other = chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)
    return data[:at] + data[other : other + 300] + data[at:]


def cut_off(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def shuffle_lines(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def change_line(chance: random.Random, data: bytes) -> bytes:
    """Any value in the place of another, in a line of JSON."""
    lines = data.split(b"\n")
    number = chance.randrange(len(lines))
    lines[number] = change_value(chance, lines[number])
    return b"\n".join(lines)


def change_value(chance: random.Random, data: bytes) -> bytes:
    """Any value in the place of another, in a JSON text."""
    try:
        value = json.loads(data)
    except ValueError:
        return change_bytes(chance, data)
    places = list(_places(value))
    if not places:
        return json.dumps(chance.choice(ODD_VALUES)).encode()
    holder, key = chance.choice(places)
    if isinstance(holder, dict) and chance.random() < 0.1:
        del holder[key]
    else:
        holder[key] = chance.choice(ODD_VALUES)
    return json.dumps(value).encode()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Each holder in it with each of its keys; not one that is nested too deeply to walk."""
    found, waiting = [], [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            found += [(holder, key) for key in keys]
            waiting += [holder[key] for key in keys]
    return found


BY_BYTES: tuple[Mutation, ...] = (
    *(change_bytes, lose_bytes, double_bytes, cut_off, shuffle_lines),
)


def damaged(seed: int, data: bytes, *, by: tuple[Mutation, ...]) -> bytes:
    """One to four of these changes."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(by)(chance, data)
    return data
