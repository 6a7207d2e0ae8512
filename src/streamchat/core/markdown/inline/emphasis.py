"""Emphasis: which runs of `*`, `_` and `~` open, which close, and which belong together.

CommonMark's rules with the public amendment for Chinese, Japanese and Korean: beside a
character of these scripts, punctuation does not keep a run from opening or closing.
Our own rules: only `~~` strikes through, and other runs of `~` are text; a run of `*` between
digits or single letters is a multiplication sign, one in `src/**/*.py` or `*.txt` stands for
files; three and more `_` without a letter beside them are a gap to fill in.
The work is linear: a run that finds no opener is not searched for again from above it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from streamchat.core.markdown.inline.tokens import Close, Kind, Open, Text, Token


class Flanks(NamedTuple):
    can_open: bool
    can_close: bool


NOTHING = Flanks(can_open=False, can_close=False)


class DelimiterRun:
    """A delimiter run. Characters that do not become a mark stay text."""

    __slots__ = ("can_close", "can_open", "char", "closes", "opens", "rest", "size")

    def __init__(self, char: str, size: int, flanks: Flanks) -> None:
        self.char = char
        self.size = size
        self.rest = size
        self.can_open, self.can_close = flanks
        self.closes: list[Kind] = []  # innermost first
        self.opens: list[Kind] = []  # innermost first

    def tokens(self) -> list[Token]:
        """The marks that this run closes, the text that is left, the marks it opens."""
        tokens: list[Token] = [Close(kind) for kind in self.closes]
        if self.rest:
            tokens.append(Text(self.char * self.rest))
        tokens += [Open(kind) for kind in reversed(self.opens)]
        return tokens


def find_flanks(char: str, size: int, preceding: str, following: str) -> Flanks:
    """What a run can do between two characters before it and two after it; fewer at an end of
    the text."""
    before, after = preceding[-1:], following[:1]
    if char == "*" and _is_factor(before, preceding[:-1]) and _is_factor(after, following[1:]):
        return NOTHING
    if char == "*" and before == "/" and after in ("/", "."):
        return NOTHING
    if char == "*" and size == 1 and after == "." and following[1:].islower():
        return Flanks(can_open=False, can_close=_right_flanking(before, after))
    if char == "_" and size > 2 and not (before.isalnum() or after.isalnum()):
        return NOTHING
    left, right = _left_flanking(before, after), _right_flanking(before, after)
    if char == "~":
        return Flanks(left and size == 2, right and size == 2)
    if char == "*":
        return Flanks(left, right)
    return Flanks(
        left and (not right or is_punctuation(before)),
        right and (not left or is_punctuation(after)),
    )


def _is_factor(char: str, beyond: str) -> bool:
    """Whether it is a digit, or a letter that stands alone."""
    return char.isdigit() or (char.isascii() and char.isalpha() and not beyond.isalnum())


def _left_flanking(before: str, after: str) -> bool:
    if _is_space(after):
        return False
    return not _parts(after) or _is_space(before) or _parts(before) or is_cjk(before)


def _right_flanking(before: str, after: str) -> bool:
    if _is_space(before):
        return False
    return not _parts(before) or _is_space(after) or _parts(after) or is_cjk(after)


def _is_space(char: str) -> bool:
    return not char or char.isspace()


def _parts(char: str) -> bool:
    """Punctuation that is not Chinese, Japanese or Korean."""
    return is_punctuation(char) and not is_cjk(char)


@lru_cache(1024)
def is_punctuation(char: str) -> bool:
    """CommonMark's Unicode punctuation: punctuation and symbols."""
    return bool(char) and unicodedata.category(char)[0] in "PS"


@lru_cache(4096)
def is_cjk(char: str) -> bool:
    """Wide characters except emoji, and all of Hangul; also their variation selectors."""
    if not char or char < "\u1100":
        return False
    if char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff" or char >= "\U000e0100":
        return True
    if "\u231a" <= char <= "\u2bff" or "\U0001f000" <= char <= "\U0001ffff":
        return char in "\u2329\u232a"
    return unicodedata.east_asian_width(char) in "WFH"


def pair_runs(runs: Sequence[DelimiterRun]) -> None:
    """Pair the runs, given in their order. CommonMark's "process emphasis"."""
    openers: list[tuple[int, DelimiterRun]] = []
    searched: dict[tuple[str, bool, int], int] = {}  # up to here no opener was found
    for number, run in enumerate(runs):
        while run.can_close and run.rest:
            kind = run.char, run.can_open, run.size % 3
            at = _find_opener(openers, run, searched.get(kind, -1))
            if at < 0:
                searched[kind] = openers[-1][0] if openers else -1
                break
            del openers[at + 1 :]
            _pair(openers[at][1], run)
            if not openers[at][1].rest:
                del openers[at]
        if run.can_open and run.rest:
            openers.append((number, run))


def _find_opener(
    openers: list[tuple[int, DelimiterRun]], closer: DelimiterRun, searched: int
) -> int:
    for at in range(len(openers) - 1, -1, -1):
        number, opener = openers[at]
        if number <= searched:
            break
        if opener.char == closer.char and not _excluded(opener, closer):
            return at
    return -1


def _excluded(opener: DelimiterRun, closer: DelimiterRun) -> bool:
    """The "multiple of 3" rule: `*a**b*` is not strong emphasis."""
    if not (opener.can_close or closer.can_open):
        return False
    return (opener.size + closer.size) % 3 == 0 and bool(opener.size % 3 or closer.size % 3)


def _pair(opener: DelimiterRun, closer: DelimiterRun) -> None:
    size = min(2, opener.rest, closer.rest)
    kind: Kind = "strike" if closer.char == "~" else "strong" if size == 2 else "emphasis"
    for run in (opener, closer):
        run.rest -= size
    opener.opens.append(kind)
    closer.closes.append(kind)
