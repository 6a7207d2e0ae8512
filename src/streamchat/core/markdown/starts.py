"""Block starts: which block, if any, begins at the next character of a line.

Each start that applies reads its marker from the line and returns a value. It knows nothing
of open blocks except whether the line would interrupt a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from markdown_it.rules_block.html_block import HTML_SEQUENCES

from streamchat.core.markdown.containers import reads_quote_marker
from streamchat.core.markdown.cursor import CODE_INDENT, LineCursor
from streamchat.core.markdown.leaves import Heading, Rule
from streamchat.core.markdown.verbatim import OpenFence, OpenHtml, read_fence


@dataclass(frozen=True, slots=True)
class QuoteStart:
    pass


@dataclass(frozen=True, slots=True)
class ItemStart:
    number: int | None
    delimiter: str
    columns: int  # of indentation that its further lines need


@dataclass(frozen=True, slots=True)
class FootnoteStart:
    label: str


ContainerStart: TypeAlias = QuoteStart | ItemStart | FootnoteStart
LeafStart: TypeAlias = Heading | Rule | OpenFence | OpenHtml
Start: TypeAlias = ContainerStart | LeafStart


@dataclass(frozen=True, slots=True)
class Interrupts:
    """What the line would cut short: some blocks may not do that."""

    paragraph: bool = False
    text: bool = False  # a paragraph, maybe as its lazy continuation, or a table


_heading = re.compile(r"#{1,6}(?=[ \t]|\Z)")
_heading_close = re.compile(r"(?:\A|(?<=[ \t]))#+[ \t]*\Z")
_rule = {char: re.compile(rf"(?:{re.escape(char)}[ \t]*+)*+") for char in "-*_"}
_item = re.compile(r"(?:[-+*]|([0-9]{1,9})[.)])(?=[ \t]|\Z)")
_footnote = re.compile(r"\[\^([^\]\s]+)\]:")


def find_start(line: LineCursor, interrupts: Interrupts) -> Start | None:
    """Read the block start at `line.next`; the line is not indented as code is."""
    for start in _STARTS.get(line.char, ()):
        found = start(line, interrupts)
        if found is not None:
            return found
    return None


def _quote(line: LineCursor, _interrupts: Interrupts) -> QuoteStart | None:
    return QuoteStart() if reads_quote_marker(line) else None


def _atx_heading(line: LineCursor, _interrupts: Interrupts) -> Heading | None:
    marker = _heading.match(line.text, line.next)
    if marker is None:
        return None
    text = line.text[marker.end() :].strip(" \t")
    text = _heading_close.sub("", text).rstrip(" \t")
    return Heading(len(marker[0]), text)


def _thematic_break(line: LineCursor, _interrupts: Interrupts) -> Rule | None:
    if line.next < line.no_rule_before:
        return None
    run = _rule[line.char].match(line.text, line.next)
    assert run is not None
    if run.end() < len(line.text):
        # `- - - … x` would be scanned again for each of its items.
        line.no_rule_before = run.end()
        return None
    return Rule() if run[0].count(line.char) >= 3 else None


def _code_fence(line: LineCursor, _interrupts: Interrupts) -> OpenFence | None:
    fence = read_fence(line)
    return OpenFence(fence, line.indent) if fence else None


def _html_block(line: LineCursor, interrupts: Interrupts) -> OpenHtml | None:
    text = line.content()
    for begin, end, interrupts_text in HTML_SEQUENCES:
        if begin.search(text):
            if interrupts.text and not interrupts_text:
                return None
            return OpenHtml(None if end.search("") else end)
    return None


def _list_item(line: LineCursor, interrupts: Interrupts) -> ItemStart | None:
    match = _item.match(line.text, line.next)
    if match is None:
        return None
    number = int(match[1]) if match[1] else None
    if interrupts.paragraph and (
        number not in {None, 1} or not line.text[match.end() :].strip(" \t")
    ):
        return None
    columns = line.indent + len(match[0])
    line.skip(len(match[0]))
    # Code in an item is indented from one column after the marker.
    blanks = 1 if line.blank or line.indent > CODE_INDENT else line.indent
    line.dedent(blanks)
    return ItemStart(number, match[0][-1], columns + blanks)


def _footnote_definition(line: LineCursor, _interrupts: Interrupts) -> FootnoteStart | None:
    match = _footnote.match(line.text, line.next)
    if match is None:
        return None
    line.skip(len(match[0]))
    line.dedent(line.indent)
    return FootnoteStart(match[1])


_StartRule: TypeAlias = Callable[[LineCursor, Interrupts], Start | None]
_STARTS: Mapping[str, tuple[_StartRule, ...]] = {
    ">": (_quote,),
    "#": (_atx_heading,),
    "`": (_code_fence,),
    "~": (_code_fence,),
    "<": (_html_block,),
    "_": (_thematic_break,),
    "*": (_thematic_break, _list_item),
    "-": (_thematic_break, _list_item),
    "+": (_list_item,),
    "[": (_footnote_definition,),
} | dict.fromkeys("0123456789", (_list_item,))
