"""Places in a growing text at which no inline markup is open.

Text before such a split point is final: parsed alone, it gives the same tokens as in the
whole. The search is strict. A mark that might find its partner later ends it, and so does any
that is not worth the trouble (labels in brackets, which may still be defined; tags). The number
of a source does not count: its definition usually comes long after the paragraph.
"""

from __future__ import annotations

import re

from streamchat.core.markdown.inline.addresses import address_end, scheme_start
from streamchat.core.markdown.inline.emphasis import NOTHING, find_flanks
from streamchat.core.markdown.inline.formulas import FormulaFinder
from streamchat.core.markdown.inline.windows_paths import path_end

_mark = re.compile(r"`+|\*+|_+|~+|\\|\[|<(?=[A-Za-z/!?])|\$|://|[【\ue200]")
_last_place = re.compile(
    r".*(?:(?<=[^\s\\])(?= \S)|(?<!\\)\n|(?<=[、。，；：？！])(?=[^\W_]))", re.DOTALL
)
# A plain link, a footnote's mark, the number of a source, a check box, an alert's kind.
_whole_bracket = re.compile(
    r"\[[^\[\]\\`*_~<$&:\n]+\]\([^\s()<>\\&]*\)"
    r"|\[(?:\^[^\s\[\]\\`*_~<$&:]+|[0-9]{1,3}|[ xX]|![A-Za-z]+)\](?![(\[:])"
)


def last_split_point(text: str) -> int:
    """The last split point: before a blank, after the end of a line, or after Chinese or
    Japanese punctuation. 0 if there is none."""
    found = at = 0
    marks: list[str] = []  # of emphasis that is open
    formulas = FormulaFinder(text)
    while True:
        match = _mark.search(text, at)
        stop = match.start() if match else len(text)
        if not marks and (place := _last_place.match(text, at, stop)):
            found = place.end()
        if match is None:
            return found
        past = _past(text, match, marks, formulas)
        if past < 0:
            return found
        at = past


def _past(text: str, match: re.Match[str], marks: list[str], formulas: FormulaFinder) -> int:
    """Where the search continues after a mark, or -1 if it ends."""
    mark, start, end = match[0], match.start(), match.end()
    match mark[0]:
        case "`":
            closing = re.compile(f"(?<!`){mark}(?!`)").search(text, end)
            return closing.end() if closing else -1
        case "*" | "_" | "~":
            return end if _balances(text, match, marks) else -1
        case "\\" if text.startswith(("(", "[", "begin{"), end):
            formula = formulas.end(start)
            return formula if formula > start else formulas.past_none(start, end + 1)
        case "\\":
            return max(end + 1, path_end(text, start))
        case "$" if formulas.is_price(start):
            return end
        case "$":
            formula = formulas.end(start)
            return formula if formula > start else formulas.past_none(start, end)
        case "[":
            bracket = _whole_bracket.match(text, start)
            return bracket.end() if bracket else -1
        case ":":
            scheme = scheme_start(text[max(0, start - 8) : start])
            begin = max(0, start - 8) + scheme
            return max(end, address_end(text, begin, start)) if scheme >= 0 else end
        case _:
            return -1


def _balances(text: str, match: re.Match[str], marks: list[str]) -> bool:
    """Note what a delimiter run opens or closes; False if that is not plain."""
    run = match[0]
    start, end = match.span()
    flanks = find_flanks(run[0], len(run), text[max(0, start - 2) : start], text[end : end + 2])
    if flanks == NOTHING:
        return True
    if flanks.can_close and marks and marks[-1] == run:
        marks.pop()
        return True
    if flanks.can_close and any(mark[0] == run[0] for mark in marks):
        return False
    if flanks.can_open:
        marks.append(run)
    return True
