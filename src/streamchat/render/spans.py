"""Styled text: spans to rows.

Owns the writing of SGR and OSC 8. Must not know Markdown.
Rule: what a row opens it closes; blanks without style at its end are cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from streamchat.core.sanitize import SOFT_HYPHEN, ZERO_WIDTH_SPACE
from streamchat.render.cells import Piece, cell_len, fold, wrap
from streamchat.render.rows import BLANK, Row


class Span(NamedTuple):
    """`style` is SGR parameters; `link` what `link_target` made, or ""."""

    text: str
    style: str = ""
    link: str = ""


Line = list[Span]
Breaker = Callable[[str, int], list[Piece]]

_SEEN_ON_BLANKS = frozenset({"4", "7", "9", "48"})  # underline, reverse, strike, background
NO_BREAK = "\N{NO-BREAK SPACE}"
_hint = re.compile(f"[{ZERO_WIDTH_SPACE}{SOFT_HYPHEN}{NO_BREAK}]")
_LINKABLE = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_NOT_IN_URI = re.compile(r"[^\x21-\x7e]")


def link_target(url: str) -> str:
    """The parameters of OSC 8, or "" for a scheme that must not be clicked.

    The id depends on the address alone: a link broken over rows stays one link, and
    every frame writes the same bytes.
    """
    if not _LINKABLE.match(url):
        return ""
    uri = _NOT_IN_URI.sub(_percent_encoded, url)
    return f"id={crc32(uri.encode()):08x};{uri}"


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))


def build_row(spans: Iterable[Span]) -> Row:
    """One row of these spans, which are known to fit."""
    parts = merged(spans)
    while parts and parts[-1].text[-1] == " " and _blanks_are_unseen(parts[-1]):
        last = parts.pop()
        if text := last.text.rstrip(" "):
            parts.append(last._replace(text=text))
    if not parts:
        return BLANK
    return Row("".join(map(_escaped, parts)), measure_width(parts))


def _blanks_are_unseen(span: Span) -> bool:
    return not span.link and _SEEN_ON_BLANKS.isdisjoint(span.style.split(";"))


def merged(spans: Iterable[Span]) -> list[Span]:
    parts: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if parts and parts[-1][1:] == span[1:]:
            parts[-1] = Span(parts[-1].text + span.text, span.style, span.link)
        else:
            parts.append(span)
    return parts


def _escaped(span: Span) -> str:
    text, style, link = span
    if style:
        text = f"\x1b[{style}m{text}\x1b[0m"
    if link:
        text = f"\x1b]8;{link}\x1b\\{text}\x1b]8;;\x1b\\"
    return text


def broken(line: Sequence[Span], width: int, breaker: Breaker = wrap) -> list[Line]:
    """Break a line of any length into lines that fit."""
    pieces = breaker(text_of(line), width)
    if len(pieces) == 1 and breaker is fold:
        return [list(line)]
    return dealt(line, pieces)


def text_of(line: Sequence[Span]) -> str:
    return line[0].text if len(line) == 1 else "".join(span.text for span in line)


def dealt(line: Sequence[Span], pieces: list[Piece]) -> list[Line]:
    """Cut the line at those pieces of its text."""
    if len(line) == 1:
        text, style, link = line[0]
        rows = [[Span(text[p.start : p.end], style, link)] for p in pieces]
    else:
        rows = _dealt(line, pieces)
    is_plain = all(span.text.isascii() for span in line)
    return rows if is_plain else list(map(_with_breaks, rows))


def _with_breaks(row: Line) -> Line:
    """The row as it is shown: hints for line breaks are removed, except a hyphen at its end.
    A no-break space becomes a blank."""
    if not any(_hint.search(span.text) for span in row):
        return row
    row = [span for span in row if span.text]
    if row and row[-1].text[-1] == SOFT_HYPHEN:
        row[-1] = row[-1]._replace(text=f"{row[-1].text[:-1]}-")
    return [span._replace(text=_hint.sub(_shown_hint, span.text)) for span in row]


def _shown_hint(match: re.Match[str]) -> str:
    return " " if match[0] == NO_BREAK else ""


def _dealt(line: Sequence[Span], pieces: list[Piece]) -> list[Line]:
    """Cut the spans where the pieces of their joined text begin and end."""
    lines: list[Line] = []
    index = offset = 0  # the span we are in, and where it begins in the joined text
    for start, end, _ in pieces:
        row: Line = []
        while index < len(line):
            text, style, link = line[index]
            begin, stop = max(start - offset, 0), min(end - offset, len(text))
            if begin < stop:
                row.append(Span(text[begin:stop], style, link))
            if offset + len(text) > end:
                break
            offset += len(text)
            index += 1
        lines.append(row)
    return lines


def cut_off(line: Sequence[Span], count: int) -> Line:
    """The line without its first `count` characters."""
    kept: Line = []
    for span in line:
        if count < len(span.text):
            kept.append(span._replace(text=span.text[count:]))
        count = max(0, count - len(span.text))
    return kept


def measure_width(line: Iterable[Span]) -> int:
    return cell_len("".join(span.text for span in line))
