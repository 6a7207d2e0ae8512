"""The inline parser: one pass over a leaf's text, in linear work.

In the manner of the CommonMark reference algorithm: runs of delimiters and brackets are
put on stacks and paired when their other end is found. Nothing is resolved twice: what is
in a link is paired when the link closes, and leaves the stacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from markdown_it.common.utils import unescapeAll

from streamchat.core.markdown.inline.addresses import (
    address_end,
    read_autolink,
    scheme_start,
)
from streamchat.core.markdown.inline.emphasis import (
    NOTHING,
    DelimiterRun,
    find_flanks,
    pair_runs,
)
from streamchat.core.markdown.inline.formulas import FormulaFinder
from streamchat.core.markdown.inline.html import BREAKS, STYLES, HtmlReader, tag_name
from streamchat.core.markdown.inline.links import Links
from streamchat.core.markdown.inline.pending import StyleTag, resolved
from streamchat.core.markdown.inline.state import InlineState
from streamchat.core.markdown.inline.tokens import (
    Autolink,
    Close,
    Code,
    Formula,
    LineBreak,
    LinkClose,
    LinkOpen,
    Open,
    Reference,
    Tag,
    Text,
    Token,
)
from streamchat.core.markdown.inline.windows_paths import path_end
from streamchat.core.sanitize import (
    SOFT_HYPHEN,
    ZERO_WIDTH_SPACE,
    clean_title,
    without_hints,
)

_special = re.compile(r"[\n\\`*_~\[\]!<&$:]")
_run = {char: re.compile(rf"{re.escape(char)}+") for char in "`*_~"}
_identifier = re.compile(
    r"(?<!\w)__(?![A-Z][a-z]+__)[A-Za-z][A-Za-z0-9]*+(?:_[A-Za-z0-9]++)*+__(?!\w)", re.ASCII
)
_date_to_fill_in = re.compile(r"_{2,}+(?:[/.:-]_{2,}+)++")
_entity = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
_punctuation = re.compile(r"[!-/:-@\[-`{-~]")
_line_end = re.compile(r"\n[ \t]*")
_blanks_and_line_end = re.compile(r"[ \t]*\n?")


class Parsed(NamedTuple):
    tokens: list[Token]
    missed: frozenset[str]  # labels without a definition


def parse_inline(source: str, references: Mapping[str, Reference]) -> Parsed:
    """`references` by their normalised labels."""
    return _InlineParser(source, references).parse()


class _InlineParser(InlineState):
    def __init__(self, source: str, references: Mapping[str, Reference]) -> None:
        super().__init__(source)
        self._links = Links(references)
        self._tags: dict[str, list[StyleTag]] = {}
        self._code_ends: dict[int, list[int]] | None = None  # starts by length, the last first
        self._html = HtmlReader(source)
        self._path_end = 0  # of the last path of Windows
        self._formulas = FormulaFinder(source)

    def parse(self) -> Parsed:
        source, rules = self.source, _RULES
        while match := _special.search(source, self.at):
            if match.start() > self.at:
                self.text.append(source[self.at : match.start()])
                self.at = match.start()
            rules[match[0]](self)
        if self.at < len(source):
            self.text.append(source[self.at :])
        self.flush()
        pair_runs(self.runs)
        return Parsed(resolved(self.nodes), frozenset(self._links.missed))

    # A rule reads at least one character, which it was called for.

    def line_break(self) -> None:
        if self.text:
            self.text[-1] = self.text[-1].rstrip(" ")
        self.add(LineBreak(), self.at + 1)

    def backslash(self) -> None:
        self._path_end = max(self._path_end, path_end(self.source, self.at))
        if self.at < self._path_end:
            self.take(min(2, self._path_end - self.at))
            return
        end = self._formulas.end(self.at)
        if end > self.at:
            self.add(Formula(self._shown_until(end)), end)
        elif self.source.startswith("\n", self.at + 1):
            self.at += 1  # the line break follows
        elif _punctuation.match(self.source, self.at + 1):
            self.at += 1
            self.take(1)
        else:
            self.take(1)

    def dollar(self) -> None:
        end = self._formulas.end(self.at)
        if end > self.at:
            self.add(Formula(self._shown_until(end)), end)
        else:
            self.take(1)

    def code(self) -> None:
        start = self.at
        size = self._run_end() - start
        closing = self._code_end(size, start + size)
        if closing < 0:
            self.take(size)
            return
        text = _line_end.sub(" ", self.source[start + size : closing])
        if text.strip(" ") and text[0] == text[-1] == " ":
            text = text[1:-1]
        self.add(Code(text), closing + size)

    def _shown_until(self, end: int) -> str:
        """The source up to `end`, on one line."""
        return _line_end.sub(" ", without_hints(self.source[self.at : end]))

    def _run_end(self) -> int:
        match = _run[self.source[self.at]].match(self.source, self.at)
        assert match is not None
        return match.end()

    def _code_end(self, size: int, at: int) -> int:
        """Where the next run of `size` backticks starts; all runs are found once."""
        if self._code_ends is None:
            self._code_ends = {}
            for match in reversed(list(_run["`"].finditer(self.source, at))):
                self._code_ends.setdefault(len(match[0]), []).append(match.start())
        starts = self._code_ends.get(size, [])
        while starts and starts[-1] < at:
            starts.pop()
        return starts[-1] if starts else -1

    def delimiters(self) -> None:
        start, end = self.at, self._run_end()
        source = self.source
        if source[start] == "_" and (
            match := _identifier.match(source, start) or _date_to_fill_in.match(source, start)
        ):
            self.take(match.end() - start)  # `__name__` is a name
            return
        preceding, following = source[max(0, start - 2) : start], source[end : end + 2]
        flanks = find_flanks(source[start], end - start, preceding, following)
        if flanks == NOTHING:
            self.take(end - start)
            return
        run = DelimiterRun(source[start], end - start, flanks)
        self.runs.append(run)
        self.add(run, end)

    def entity(self) -> None:
        match = _entity.match(self.source, self.at)
        if match is None:
            self.take(1)
            return
        decoded = unescapeAll(match[0])
        is_refused = decoded == match[0] and decoded[1] == "#"
        self.text.append("\ufffd" if is_refused else _decoded_text(decoded))
        self.at = match.end()

    def address(self) -> None:
        """At a colon: maybe that of `https://`."""
        before = self.text[-1] if self.text else ""
        start = scheme_start(before) if self.source.startswith("://", self.at) else -1
        if start < 0:
            self.take(1)
            return
        begin = self.at - (len(before) - start)
        end = address_end(self.source, begin, self.at)
        if end == begin:
            self.take(1)
            return
        self.text[-1] = before[:start]
        text = without_hints(self.source[begin:end])
        self.add(Autolink(text, text), end)

    def angle(self) -> None:
        if found := read_autolink(self.source, self.at):
            text, url, end = found
            self.add(LinkOpen(url, ""), end)
            self.nodes += [Text(without_hints(text)), LinkClose()]
            return
        end = self._html.end(self.at)
        if end == self.at:
            self.take(1)
            return
        self._tag(self._shown_until(end), end)

    def _tag(self, source: str, end: int) -> None:
        name, is_end = tag_name(source)
        if name in BREAKS:
            line_end = _blanks_and_line_end.match(self.source, end)
            assert line_end is not None
            self.add(LineBreak(), line_end.end())
            return
        kind = STYLES.get(name)
        if kind is None:
            self.add(Tag(source), end)
            return
        tag = StyleTag(name, source)
        opened = self._tags.setdefault(name, [])
        if not is_end:
            opened.append(tag)
        elif opened:
            opened.pop().token = Open(kind)
            tag.token = Close(kind)
        self.add(tag, end)

    def exclamation(self) -> None:
        if self.source.startswith("[", self.at + 1):
            self._links.open(self, image=True)
        else:
            self.take(1)

    def opening_bracket(self) -> None:
        self._links.open(self, image=False)

    def closing_bracket(self) -> None:
        if not self._links.close(self):
            self.take(1)


def _decoded_text(decoded: str) -> str:
    """What an entity stands for; `&shy;` and `&ZeroWidthSpace;` are hints like others."""
    is_break = decoded in (SOFT_HYPHEN, ZERO_WIDTH_SPACE)
    return decoded if is_break else clean_title(decoded)


_RULES: Mapping[str, Callable[[_InlineParser], None]] = {
    "\n": _InlineParser.line_break,
    "\\": _InlineParser.backslash,
    "`": _InlineParser.code,
    "*": _InlineParser.delimiters,
    "_": _InlineParser.delimiters,
    "~": _InlineParser.delimiters,
    "[": _InlineParser.opening_bracket,
    "]": _InlineParser.closing_bracket,
    "!": _InlineParser.exclamation,
    "<": _InlineParser.angle,
    "&": _InlineParser.entity,
    "$": _InlineParser.dollar,
    ":": _InlineParser.address,
}
