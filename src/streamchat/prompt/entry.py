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
    """Whether a block of three quotes was opened and not yet closed."""
    block = text.strip()
    return block.startswith(FENCE) and not _is_closed(block)


def _is_closed(block: str) -> bool:
    return block.endswith(FENCE) and len(block) >= 2 * len(FENCE)


def message(text: str) -> str:
    """What to send for the text as typed: a block loses its quotes."""
    block = text.strip()
    if not (block.startswith(FENCE) and _is_closed(block)):
        return text
    inside = block.removeprefix(FENCE).removesuffix(FENCE).strip("\n")
    # A block is never a command: the newline it was opened with keeps it from being one.
    return f"\n{inside}" if inside.startswith("/") else inside


def normalised(pasted: str) -> str:
    """One kind of line end, and nothing that no encoding can carry; all else stays."""
    return _SURROGATES.sub("\ufffd", _LINE_ENDS.sub("\n", pasted))
