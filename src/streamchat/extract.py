"""The first code block of an answer, for --extract."""

from __future__ import annotations

from streamchat.blocks import Blocks
from streamchat.blocks.leaves import CodeEnd, CodeLine, CodeStart


def first_code_block(markdown: str) -> str | None:
    """Its lines, each with its newline; None when there is no code block."""
    parser = Blocks()
    lines: list[str] | None = None
    for leaf in (*parser.feed(markdown), *parser.close()):
        match leaf.block:
            case CodeStart() if lines is None:
                lines = []
            case CodeLine(text) if lines is not None:
                lines.append(f"{text}\n")
            case CodeEnd():
                return "".join(lines or [])
            case _:
                pass
    return None
