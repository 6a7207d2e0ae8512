"""Masks the keys of the session in an answer, wherever its pieces cut them.

Owns the search only: which texts are keys, and the text that replaces them, are given. Rule:
the start of a key is held back only when it is long enough to be one, so an answer that ends
anywhere else is shown and stored to its last character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from streamchat.core.conversation_index import ConversationSummary, Hit
from streamchat.core.messages import Message

_TELLING = 8  # characters at the start of a key that identify it


def mask_value(value: Any, mask: Callable[[str], str]) -> Any:
    """A JSON value with every text in it masked; names are left as they are."""
    match value:
        case str():
            return mask(value)
        case dict():
            return {name: mask_value(each, mask) for name, each in value.items()}
        case list():
            return [mask_value(each, mask) for each in value]
        case _:
            return value


def mask_message(message: Message, mask: Callable[[str], str]) -> Message:
    """The message with every text in it masked."""
    content = (mask_value(dict(block), mask) for block in message.content)
    return replace(message, content=tuple(content))


def mask_summary(
    summary: ConversationSummary, mask: Callable[[str], str]
) -> ConversationSummary:
    """A row of the list, with its title masked."""
    title = mask(summary.title)
    return summary if title == summary.title else replace(summary, title=title)


def mask_hit(hit: Hit, mask: Callable[[str], str]) -> Hit:
    """A search result with its texts masked. Where a key is, nothing else is marked, since
    what was searched for may be a part of it."""
    text = mask(hit.text)
    excerpt = hit.excerpt if text == hit.text else ((text, False),)
    return replace(hit, summary=mask_summary(hit.summary, mask), excerpt=excerpt)


class KeyMask:
    """Feed it the pieces of one text. `show` returns the text that replaces a key."""

    def __init__(self, keys: Sequence[str], show: Callable[[str], str]) -> None:
        self._keys = sorted(set(keys), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._keys)))
        self._show = show
        self._seen = ""  # the end of what was handed on: the next piece may continue it
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        text = self._seen + self._held + piece
        done = len(self._seen)  # up to here, the text was handed on
        begins = 0  # a key may begin from here on
        ready: list[str] = []
        for found in self._pattern.finditer(text):
            ready += text[done : found.start()], self._show(found[0])
            done = begins = found.end()
        end = max(done, self._start_of_key(text, begins))
        ready.append(text[done:end])
        self._held = text[end:]
        self._seen = text[begins:end][1 - _TELLING :]
        return "".join(ready)

    def close(self) -> str:
        """What was held back; it is not a key."""
        held, self._held, self._seen = self._held, "", ""
        return held

    def mask(self, text: str) -> str:
        """A whole text."""
        return self._pattern.sub(lambda found: self._show(found[0]), text)

    def mask_part(self, part: str) -> str:
        """A part of a text, such as an excerpt. It may begin or end within a key."""
        text = self.mask(part)
        inner = text.strip("…")
        before, after = text.split(inner, 1) if inner else (text, "")
        for key in self._keys:
            if len(inner) >= _TELLING and inner in key:
                inner = self._show(key)
            end = inner.find(key[-_TELLING:]) + _TELLING
            if end >= _TELLING and key.endswith(inner[:end]):
                inner = self._show(key) + inner[end:]
            start = inner.rfind(key[:_TELLING])
            if start >= 0 and key.startswith(inner[start:]):
                inner = inner[:start] + self._show(key)
        return before + inner + after

    def _start_of_key(self, text: str, begins: int) -> int:
        """Where the end of the text may be the start of a key; else its length."""
        starts = [len(text)]
        for key in self._keys:
            at = text.find(key[0], max(begins, len(text) - len(key) + 1))
            while 0 <= at <= len(text) - min(_TELLING, len(key) - 1):
                if key.startswith(text[at:]):
                    starts.append(at)
                    break
                at = text.find(key[0], at + 1)
        return min(starts)
