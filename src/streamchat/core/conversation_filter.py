"""What is typed to find conversations: words, and filters among them. Pure.

    lexer model:opus after:2026-11 before:2026-11-20 has:code dir:work

Days are in local time. `after:` includes its day, `before:` excludes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from streamchat.core.conversation_index import EVERYWHERE, ConversationFilter
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted

FILTERS = "model:NAME after:DAY before:DAY has:code dir:PART"
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_EXAMPLE = "2026-11-20, or 2026-11"


def split_filters(
    typed: str, within: ConversationFilter = EVERYWHERE
) -> tuple[str, ConversationFilter]:
    """The words and the filter. Raises UsageError for a filter that cannot be read."""
    return _split(typed, within, is_strict=True)


def split_typed_filters(
    typed: str, within: ConversationFilter = EVERYWHERE
) -> tuple[str, ConversationFilter]:
    """The same while somebody types: a filter that cannot be read yet does not count."""
    return _split(typed, within, is_strict=False)


def _split(
    typed: str, within: ConversationFilter, *, is_strict: bool
) -> tuple[str, ConversationFilter]:
    words = []
    for word in typed.split():
        name, colon, value = word.partition(":")
        if not colon or name not in _READERS:
            words.append(word)
            continue
        try:
            within = _READERS[name](within, value)
        except ValueError as wrong:
            if is_strict:
                raise UsageError(f"{quoted(word)}: {wrong}.") from None
    if len(words) == len(typed.split()):
        return typed, within  # a blank at the end means something
    return " ".join(words), within


def _model(within: ConversationFilter, value: str) -> ConversationFilter:
    return replace(within, model=_given(value, "a part of its name").casefold())


def _directory(within: ConversationFilter, value: str) -> ConversationFilter:
    return replace(within, part=_given(value, "a part of its path"))


def _given(value: str, wanted: str) -> str:
    if not value:
        raise ValueError(f"write {wanted} after the colon")
    return value


def _after(within: ConversationFilter, value: str) -> ConversationFilter:
    return replace(within, after_s=_day(value))


def _before(within: ConversationFilter, value: str) -> ConversationFilter:
    return replace(within, before_s=_day(value))


def _day(value: str) -> float:
    """When the day, the month or the year begins."""
    match = _DAY.fullmatch(value)
    if match is None:
        raise ValueError(f"write a day, such as {_EXAMPLE}")
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        return datetime(year, month, day).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError("there is no such day") from None


def _has(within: ConversationFilter, value: str) -> ConversationFilter:
    if value != "code":
        raise ValueError("write has:code")
    return replace(within, has_code=True)


_READERS: dict[str, Callable[[ConversationFilter, str], ConversationFilter]] = {
    "after": _after,
    "before": _before,
    "dir": _directory,
    "has": _has,
    "model": _model,
}
