"""When Enter sends, and what is sent then: pure rules over the text of the line.

A trailing backslash continues the message on a new line. Three quotes open a block that
ends with three quotes; its content is a message as it is, never a command.
"""

from __future__ import annotations

import re

from streamchat.core.input_line import ANY_NAME, VERBATIM, CommandNames, Say, parse_input
from streamchat.core.mentions import unquote_mentions

FENCE = '"""'
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")


def continues(text: str) -> bool:
    """Whether the text ends in one backslash (two are a literal one)."""
    return text.endswith("\\") and not text.endswith("\\\\")


def block_is_open(text: str) -> bool:
    """Whether a block of three quotes is open. Each docstring in a block opens and closes, so
    a pasted one leaves no block open."""
    block = text.strip()
    return block.startswith(FENCE) and block.count(FENCE) % 2 == 1


def message(text: str, names: CommandNames = ANY_NAME) -> str:
    """What to send for the text as typed: a block loses its quotes."""
    inside = block_content(text)
    return text if inside is None else as_message(inside, names)


def as_message(text: str, names: CommandNames) -> str:
    """The input that sends `text`: marked as a message where it could be a command."""
    is_plain = not text.strip() or parse_input(text, names) == Say(unquote_mentions(text))
    return text if is_plain else VERBATIM + text


def block_content(text: str) -> str | None:
    """The text between the quotes of a block; None if the text is not a block.

    The first and the last quotes belong together if there are no others, or if each has a
    line of its own."""
    block = text.strip()
    if not (block.startswith(FENCE) and block.endswith(FENCE)):
        return None
    quotes = block.count(FENCE)
    alone = block.startswith(f"{FENCE}\n") and block.endswith(f"\n{FENCE}")
    if quotes != 2 and not (alone and quotes % 2 == 0):
        return None
    return block.removeprefix(FENCE).removesuffix(FENCE).strip("\n")


def normalised(pasted: str) -> str:
    """The pasted text with one kind of line end, without characters that cannot be encoded."""
    return _SURROGATES.sub("\ufffd", _LINE_ENDS.sub("\n", pasted))
