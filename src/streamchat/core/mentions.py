"""The files and addresses that a typed message names: `@path`, `@"my file"`, `@https://…`.

Rule: only a typed `@` names a file. One that was pasted, edited or handed back is data: it
is written as QUOTED_AT, a character that no keyboard can type, until the message is parsed.
Whether such a file exists is not known here; if none does, the text stays text.
"""

from __future__ import annotations

import re

QUOTED_AT = "\udc40"

_MENTION = re.compile(
    r"""(?:^|(?<=[\s(\[{,;:]))@(?:"([^"\n]+)"|'([^'\n]+)'|((?:\\.|[^\s\\])+))"""
)
_ESCAPED = re.compile(r"\\(.)")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
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


def _address(name: str) -> str:
    """Without the punctuation that follows it; a bracket that it opened itself is its own."""
    while name and name[-1] in _AFTER_A_NAME:
        opening = _BRACKETS.get(name[-1])
        if opening and name.count(opening) >= name.count(name[-1]):
            return name
        name = name[:-1]
    return name


def _candidates(double: str | None, single: str | None, bare: str | None) -> tuple[str, ...]:
    if quoted := double or single:
        return (unquote_mentions(quoted),)
    name = _ESCAPED.sub(r"\1", unquote_mentions(bare or ""))
    without = name.rstrip(_AFTER_A_NAME)
    if name.startswith(("http://", "https://")):
        return (_address(name),)
    return (name, without) if without and without != name else (name,)
