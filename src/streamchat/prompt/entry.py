"""When Enter sends and what is sent then: pure rules over the text of the line.

A trailing backslash continues the message on a new line. Three quotes open a block that
ends with three quotes; what stands inside is a message as it is, never a command.
"""

from __future__ import annotations

import re

FENCE = '"""'
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")


def continues(text: str) -> bool:
    """Whether the text ends in one backslash (two are a literal one)."""
    return text.endswith("\\") and not text.endswith("\\\\")


def block_is_open(text: str) -> bool:
    """Whether a block of three quotes was opened and not yet closed. A docstring in a
    block opens and closes too, and a pasted one is not a block left open."""
    block = text.strip()
    return block.startswith(FENCE) and block.count(FENCE) % 2 == 1


def message(text: str) -> str:
    """What to send for the text as typed: a block loses its quotes."""
    block = text.strip()
    if not _is_block(block):
        return text
    inside = block.removeprefix(FENCE).removesuffix(FENCE).strip("\n")
    # A block is never a command: the newline it was opened with keeps it from being one.
    return f"\n{inside}" if inside.startswith("/") else inside


def _is_block(block: str) -> bool:
    """Whether the first and the last quotes belong together: there are no others, or
    each has a line of its own."""
    if not (block.startswith(FENCE) and block.endswith(FENCE)):
        return False
    quotes = block.count(FENCE)
    alone = block.startswith(f"{FENCE}\n") and block.endswith(f"\n{FENCE}")
    return quotes == 2 or (alone and quotes % 2 == 0)


def normalised(pasted: str) -> str:
    """One kind of line end, and nothing that no encoding can carry; all else stays."""
    return _SURROGATES.sub("\ufffd", _LINE_ENDS.sub("\n", pasted))
