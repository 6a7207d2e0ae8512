"""The code blocks of an answer, for --extract and /copy."""

from __future__ import annotations

from collections.abc import Iterator

from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import CodeEnd, CodeLine, CodeStart


def code_blocks(markdown: str) -> Iterator[str]:
    """Yield the source of each code block; every line ends in a newline."""
    parser = Blocks()
    lines: list[str] = []
    for leaf in (*parser.feed(markdown), *parser.close()):
        match leaf.block:
            case CodeStart():
                lines = []
            case CodeLine(text):
                lines.append(f"{text}\n")
            case CodeEnd():
                yield "".join(lines)
            case _:
                pass


def first_code_block(markdown: str) -> str | None:
    """The source of the first code block, or None."""
    return next(code_blocks(markdown), None)
