r"""Where a formula stands in prose: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`.

Single dollars follow pandoc's conditions. Knows nothing of TeX beyond its delimiters.
"""

from __future__ import annotations

import re

LONGEST = 1000  # characters of a formula within a line

_dollars = re.compile(
    rf"\$\$(?!\$)[^$]{{1,{LONGEST}}}+\$\$"
    rf"|\$(?![\s$])(?:\\.|[^\\$]){{0,{LONGEST}}}+(?<!\s)\$(?!\d)",
    re.DOTALL,
)
_bracket_closers = {  # a bracket after an escaped backslash is none of TeX's
    "(": re.compile(r"(?<!\\)(?:\\\\)*+\\\)"),
    "[": re.compile(r"(?<!\\)(?:\\\\)*+\\\]"),
}
_looks_like_tex = re.compile(r"[\\^_=]")
_word = re.compile(r"[A-Za-z]{2}")


class FormulaReader:
    """Finds the ends of formulas in one source, and searches no part of it twice."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._closings: dict[str, list[int]] = {}  # where closers end, the last first

    def end(self, start: int) -> int:
        """Where the formula at `start` (a dollar or a backslash) ends; else `start`."""
        source = self._source
        if source[start] == "$":
            match = _dollars.match(source, start)
            return match.end() if match else start
        bracket = source[start + 1 : start + 2]
        if bracket not in _bracket_closers:
            return start
        end = self._bracket_end(bracket, start + 3)
        if end < 0 or end - start > LONGEST + 4:
            return start
        return start if _is_escaped_prose(bracket, source[start + 2 : end - 2]) else end

    def _bracket_end(self, bracket: str, at: int) -> int:
        """Where the first closer after `at` ends, -1 when there is none."""
        closings = self._closings.get(bracket)
        if closings is None:
            found = _bracket_closers[bracket].finditer(self._source, at)
            closings = self._closings[bracket] = [match.end() for match in found][::-1]
        while closings and closings[-1] - 2 < at:
            closings.pop()
        return closings[-1] if closings else -1


def _is_escaped_prose(bracket: str, body: str) -> bool:
    r"""`\[1\]` and `\(see above\)` are brackets that Markdown is not meant to see."""
    if _looks_like_tex.search(body):
        return False
    return bracket == "[" or _word.search(body) is not None
