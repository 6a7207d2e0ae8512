"""The code blocks of an answer, for --extract, /copy and /open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import CodeEnd, CodeLine, CodeStart


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """`source` without the fence, every line with its newline."""

    language: str  # the first word of the info string, "" if there is none
    source: str


def code_blocks(markdown: str) -> Iterator[CodeBlock]:
    """Yield each code block."""
    parser = Blocks()
    markdown = markdown.replace("\r\n", "\n").replace("\r", "\n")  # as they are shown
    lines: list[str] = []
    language = ""
    for leaf in (*parser.feed(markdown), *parser.close()):
        match leaf.block:
            case CodeStart(info):
                lines = []
                language = next(iter((info or "").split()), "")
            case CodeLine(text):
                lines.append(f"{text}\n")
            case CodeEnd():
                yield CodeBlock(language, "".join(lines))
            case _:
                pass


def first_code_block(markdown: str) -> str | None:
    """The source of the first code block, or None."""
    return next((block.source for block in code_blocks(markdown)), None)
