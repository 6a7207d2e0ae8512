"""Loads JSON and JSON lines of other programs; a bad part loses only itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.json_text import read_json, split_array
from streamchat.core.message_list import load_json


@dataclass(frozen=True, slots=True)
class UnreadableElement:
    """Stands for an element that cannot be read."""

    reason: str


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A file with a JSON value on each line."""

    values: list[object]  # or UnreadableElement


Loaded: TypeAlias = object
"""A JSON value, whose elements may be UnreadableElement if it is a list; or JsonLines."""


def load(data: bytes) -> Loaded:
    """Raises ValueError for a file that is not JSON at all."""
    try:
        return load_json(data)
    except ValueError as error:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
        elements: list[object] = []
        if text.startswith("["):
            elements = [_element(each) for each in split_array(text)]
        elif text.startswith("{"):
            elements = [_element(line) for line in text.split("\n") if line.strip()]
        if all(isinstance(each, UnreadableElement) for each in elements):
            raise ValueError(str(error)) from error
        return elements if text.startswith("[") else JsonLines(elements)


def _element(text: str) -> object:
    try:
        return read_json(text)
    except ValueError as error:
        return UnreadableElement(str(error))
