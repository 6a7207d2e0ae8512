"""The word that is being typed, split as a shell does, and names quoted for such a word.

Pure. A word may begin with a quote that is not closed yet, or contain backslashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPECIAL = re.compile(r"""([^\w@%+=:,./~^-])""")
_MENTION = re.compile(r"""(?:^|(?<=[\s(\[{,;:]))@((?:"[^"\n]*|'[^'\n]*|(?:\\.|[^\s\\"'])*))$""")


@dataclass(frozen=True, slots=True)
class OpenWord:
    """The last word of a text: where it begins, its value, and the quote that is open."""

    start: int
    value: str
    quote: str = ""


def find_open_word(text: str) -> OpenWord:
    """The word at the end of the text; an empty one after a blank."""
    start, value, quote, at = 0, "", "", 0
    opened = ""
    while at < len(text):
        character = text[at]
        if quote:
            if character == quote:
                quote = ""
            else:
                value += character
        elif character == "\\" and at + 1 < len(text):
            at += 1
            value += text[at]
        elif character in "\"'":
            quote, opened = character, opened or character
        elif character.isspace():
            start, value, opened = at + 1, "", ""
        else:
            value += character
        at += 1
    return OpenWord(start, value, quote)


def find_open_mention(text: str) -> OpenWord | None:
    """What is typed after an `@` that names a file; None if there is none."""
    found = _MENTION.search(text)
    if found is None:
        return None
    word = find_open_word(found[1])
    return OpenWord(found.start(1), word.value, word.quote)


def quote_name(name: str, quote: str = "") -> str:
    """The name as a word, within the quote that the user began. After a directory, the quote
    stays open."""
    if quote and quote not in name and "\\" not in name:
        return f"{quote}{name}" if name.endswith("/") else f"{quote}{name}{quote}"
    return _SPECIAL.sub(r"\\\1", name)
