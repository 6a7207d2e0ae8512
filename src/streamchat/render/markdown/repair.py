"""Half-written inline markup, closed for the live view.

Must not be used for anything that settles, because it guesses.
"""

from __future__ import annotations

import re

from streamchat.core.markdown.leaves import Table
from streamchat.core.markdown.table import cells

_MARK = re.compile(r"\\.|`+|\*+|_+|~~|!?\[", re.DOTALL)
_DELIMITERS = re.compile(r"\|?[ :-]*-[ :|-]*|\|")
_ROW_IN_BARS = re.compile(r"\|.*\|[ \t]*")
_OPEN_MAX = 8  # marks worth closing
_BRACKET = re.compile(r"[\[\]]")
_BARE_MARKS = re.compile(r"(?:\*+|_+|~~?|`+|!?\[)\Z")


def repaired(text: str) -> str:
    """`a **b` as `a **b**`, `[label](htt` as `label`."""
    if not _MARK.search(text):
        return text
    text = _without_half_link(text)
    closers = _open_marks(text)
    if not closers:
        return text
    bare = _BARE_MARKS.search(text)
    if bare and bare[0] == closers[0]:
        text, closers = text[: bare.start()], closers[1:]  # nothing follows it yet
    elif closers[0][0] == "`":
        text = text.rstrip("`")  # perhaps the beginning of its closer
    # A blank before a closer would keep it from closing.
    return text.rstrip(" \n") + "".join(closers) if closers else text


def half_table(text: str) -> tuple[str, Table] | None:
    """A table of which only the header has arrived, and the text before it. Either its
    delimiter row is being written, or its header is a row between bars, which can only be a
    header."""
    before, _, last = text.rpartition("\n")
    if _DELIMITERS.fullmatch(last) and "|" in before.rpartition("\n")[2]:
        before, _, last = before.rpartition("\n")
    elif not _ROW_IN_BARS.fullmatch(last):
        return None
    header = tuple(cells(last))
    return (before, Table((None,) * len(header), header, ())) if header else None


def _without_half_link(text: str) -> str:
    """Of a link whose address is still being written, only the label."""
    middle = text.rfind("](")
    if middle < 0 or text.count("(", middle) <= text.count(")", middle):
        return text
    depth = 0
    for match in reversed(list(_BRACKET.finditer(text, 0, middle))):
        depth += 1 if match[0] == "]" else -1
        if depth < 0:
            before = text[: match.start()].removesuffix("!")
            return before + text[match.end() : middle]
    return text


def _open_marks(text: str) -> list[str]:
    """The marks that are still open, innermost first."""
    stack: list[str] = []
    at = 0
    while match := _MARK.search(text, at):
        mark, at = match[0], match.end()
        if mark[0] in "\\[!":
            continue
        if mark[0] == "`":
            closing = re.compile(f"(?<!`){mark}(?!`)").search(text, at)
            if closing is None:
                return [mark, *reversed(stack[-_OPEN_MAX:])]
            at = closing.end()
        elif stack and stack[-1] == mark and not text[match.start() - 1].isspace():
            stack.pop()
        elif _can_open(text, match):
            stack.append(mark)
    return stack[-_OPEN_MAX:][::-1]


def _can_open(text: str, match: re.Match[str]) -> bool:
    if text[match.end() : match.end() + 1].isspace():
        return False
    return match[0][0] != "_" or not text[match.start() - 1 : match.start()].isalnum()
