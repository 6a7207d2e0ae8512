"""The files that a typed message names: `@path`, `@"my file"`, `@my\\ file`.

Rule: only a typed `@` names a file. One that was pasted, edited or handed back is data: it
is written as QUOTED_AT, a character that no keyboard can type, until the message is parsed.
Whether a name is that of a file is not known here; without one, the text stays text.
"""

from __future__ import annotations

import re

QUOTED_AT = "\udc40"

_MENTION = re.compile(
    r"""(?:^|(?<=[\s(\[{,;:]))@(?:"([^"\n]+)"|'([^'\n]+)'|((?:\\.|[^\s\\])+))"""
)
_ESCAPED = re.compile(r"\\(.)")
_AFTER_A_NAME = ".,;:!?)]}\"'"


def quote_mentions(text: str) -> str:
    """The text as data: no `@` in it names a file."""
    return text.replace("@", QUOTED_AT)


def unquote_mentions(text: str) -> str:
    """The text as it is sent."""
    return text.replace(QUOTED_AT, "@")


def find_mentions(text: str) -> tuple[tuple[str, ...], ...]:
    """What each `@` may name, the longest name first: punctuation may follow a name."""
    return tuple(_candidates(*found.groups()) for found in _MENTION.finditer(text))


def _candidates(double: str | None, single: str | None, bare: str | None) -> tuple[str, ...]:
    if quoted := double or single:
        return (unquote_mentions(quoted),)
    name = _ESCAPED.sub(r"\1", unquote_mentions(bare or ""))
    without = name.rstrip(_AFTER_A_NAME)
    return (name, without) if without and without != name else (name,)
