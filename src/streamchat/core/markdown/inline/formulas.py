r"""Where a formula is in prose: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, `\begin{…}…\end{…}`.

Single dollars follow pandoc's conditions and must enclose something that can be a formula,
which prices and shell variables are not.
"""

from __future__ import annotations

import re

from streamchat.core.markdown.maths import ENVIRONMENTS

LONGEST = 1000  # characters of a formula within a line
_LONGEST_SOURCE = 2 * LONGEST + 10  # where each is escaped, with its delimiters

_dollars = re.compile(
    rf"\$\$(?!\$)[^$]{{1,{LONGEST}}}+\$\$"
    rf"|\$(?![\s$])(?:\\.|[^\\$]){{0,{LONGEST}}}+(?<!\s)\$(?![0-9A-Za-z])",
    re.DOTALL,
)
_bracket_closers = {  # a bracket after an escaped backslash does not count
    "(": re.compile(r"(?<!\\)(?:\\\\)*+\\\)"),
    "[": re.compile(r"(?<!\\)(?:\\\\)*+\\\]"),
}
_begin = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")
_words = re.compile(r"[A-Za-z]+")
_letter = re.compile(r"[A-Za-z]")
_number = re.compile(r"-?[0-9]+(?:[.,][0-9]+)*%?")
_function = "sin|cos|tan|log|exp|max|min|mod|gcd|lim|det|dim|ker|sup|inf|arg"
_FUNCTIONS = frozenset(_function.split("|"))
_price = re.compile(  # `$5 and`, `$5, which`, `$9.99 to`
    r"\$[0-9][0-9.,]*+[kKMB]?[)\]]?[.,;:!?]?[ \n]+"
    rf"(?!(?:{_function})\b)(?:[A-Za-z][a-z]{{2,}}|to|or|in|on|of|is|at|by|as|an|if|it)\b"
)
_looks_like_tex = re.compile(r"[\\^_=]")
_word = re.compile(r"[A-Za-z]{2}")


class FormulaFinder:
    """Finds the ends of formulas in one source, and searches no part of it twice."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._closings: dict[str, list[int]] = {}  # where closers end, the last first

    def end(self, start: int) -> int:
        """Where the formula at `start` (a dollar or a backslash) ends; else `start`."""
        source = self._source
        if source[start] == "$":
            match = None if self.is_price(start) else _dollars.match(source, start)
            return match.end() if match and _may_be_formula(match[0]) else start
        if source.startswith("\\begin{", start):
            return self._environment_end(start)
        bracket = source[start + 1 : start + 2]
        if bracket not in _bracket_closers:
            return start
        end = self._bracket_end(bracket, start + 3)
        if end < 0 or end - start > LONGEST + 4:
            return start
        body = source[start + 2 : end - 2]
        before = source[start - 1 : start]
        is_call = before.isascii() and before.isalnum() and not _looks_like_tex.search(body)
        return start if is_call or _is_escaped_prose(bracket, body) else end

    def past_none(self, start: int, end: int) -> int:
        """`end`, where the opener ends, if nothing that may follow can make a formula begin at
        `start`; else -1."""
        return end if len(self._source) - start > _LONGEST_SOURCE else -1

    def is_price(self, start: int) -> bool:
        """Whether this is an amount of money in a sentence and not the start of a formula."""
        return _price.match(self._source, start) is not None

    def _environment_end(self, start: int) -> int:
        begins = _begin.match(self._source, start)
        if begins is None or begins[1].removesuffix("*") not in ENVIRONMENTS:
            return start
        end = self._source.find(f"\\end{{{begins[1]}}}", begins.end(), start + LONGEST)
        return end + len(begins[0]) - 2 if end >= 0 else start

    def _bracket_end(self, bracket: str, at: int) -> int:
        """Where the first closer after `at` ends, -1 when there is none."""
        closings = self._closings.get(bracket)
        if closings is None:
            found = _bracket_closers[bracket].finditer(self._source, at)
            closings = self._closings[bracket] = [match.end() for match in found][::-1]
        while closings and closings[-1] - 2 < at:
            closings.pop()
        return closings[-1] if closings else -1


def _may_be_formula(source: str) -> bool:
    """Whether the text between single dollars can be a formula rather than a price, a
    variable or a sentence."""
    if source.startswith("$$") or "\\" in source or "^" in source or "_{" in source:
        return True
    body = source[1:-1]
    words = {word for word in _words.findall(body) if len(word) > 1}
    if any(len(word) > 2 for word in words - _FUNCTIONS):
        return False
    if not _letter.search(body):
        return _number.fullmatch(body) is not None
    return not body.endswith(("/", "-", ",", ".", ":")) and not (words and body[0].isdigit())


def _is_escaped_prose(bracket: str, body: str) -> bool:
    r"""`\[1\]` and `\(see above\)` are brackets, escaped from Markdown."""
    if _looks_like_tex.search(body):
        return False
    return bracket == "[" or _word.search(body) is not None
