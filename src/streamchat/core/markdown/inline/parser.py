"""The inline parser: one pass over a leaf's text, in linear work.

In the manner of the CommonMark reference algorithm: runs of delimiters and brackets are
put on stacks and paired when their other end is found. Nothing is resolved twice: what is
in a link is paired when the link closes, and leaves the stacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from markdown_it.common.utils import normalizeReference, unescapeAll

from streamchat.core.markdown.inline.addresses import (
    address_end,
    in_plain_text,
    read_autolink,
    scheme_start,
)
from streamchat.core.markdown.inline.brackets import (
    LABEL_CHARACTERS,
    Label,
    read_label,
    read_target,
)
from streamchat.core.markdown.inline.emphasis import NOTHING, Run, find_flanks, pair_runs
from streamchat.core.markdown.inline.formulas import FormulaReader
from streamchat.core.markdown.inline.html import BREAKS, STYLES, HtmlReader, tag_name
from streamchat.core.markdown.inline.tokens import (
    Address,
    Close,
    Code,
    Formula,
    Image,
    LineBreak,
    LinkClose,
    LinkOpen,
    Note,
    Open,
    Reference,
    Tag,
    Text,
    Token,
)
from streamchat.core.sanitize import clean_line

_special = re.compile(r"[\n\\`*_~\[\]!<&$:]")
_run = {char: re.compile(rf"{re.escape(char)}+") for char in "`*_~"}
_identifier = re.compile(
    r"(?<!\w)__[A-Za-z][A-Za-z0-9]*+(?:_[A-Za-z0-9]++)*+__(?!\w)", re.ASCII
)
_entity = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
_punctuation = re.compile(r"[!-/:-@\[-`{-~]")
_blanks = re.compile(r"[ \t]*")
_letter = re.compile(r"[^\W\d_]")


class Bracket:
    """`[` or `![`: the start of a link or a picture, or text."""

    __slots__ = ("at", "bracket_after", "image", "run_count", "token")

    def __init__(self, at: int, run_count: int, *, image: bool) -> None:
        self.at = at  # where its text starts in the source
        self.run_count = run_count  # of the runs before it
        self.image = image
        self.bracket_after = False
        self.token: Token | None = Text("![" if image else "[")


class StyleTag:
    """A tag of style that becomes a mark when its other end is found."""

    __slots__ = ("name", "token")

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.token: Token = Tag(source)


class Parsed(NamedTuple):
    tokens: list[Token]
    missed: frozenset[str]  # labels that were looked up in vain


_Node: TypeAlias = "Token | Run | Bracket | StyleTag"


def parse_inline(source: str, references: Mapping[str, Reference]) -> Parsed:
    """`references` by their normalised labels."""
    return _Parser(source, references).parse()


class _Parser:
    def __init__(self, source: str, references: Mapping[str, Reference]) -> None:
        self._source = source
        self._references = references
        self._at = 0
        self._text: list[str] = []  # plain text that is not yet a node
        self._nodes: list[_Node] = []
        self._runs: list[Run] = []
        self._brackets: list[Bracket] = []
        self._bracket_nodes: list[int] = []  # where each of them is among the nodes
        self._inactive = 0  # so many of them, the outermost, can start no link any more
        self._tags: dict[str, list[StyleTag]] = {}
        self._code_ends: dict[int, list[int]] | None = None  # starts by length, the last first
        self._html = HtmlReader(source)
        self._formulas = FormulaReader(source)
        self._missed: set[str] = set()

    def parse(self) -> Parsed:
        source, rules = self._source, _RULES
        while match := _special.search(source, self._at):
            if match.start() > self._at:
                self._text.append(source[self._at : match.start()])
                self._at = match.start()
            rules[match[0]](self)
        if self._at < len(source):
            self._text.append(source[self._at :])
        self._flush()
        pair_runs(self._runs)
        return Parsed(_resolved(self._nodes), frozenset(self._missed))

    def _flush(self) -> None:
        if self._text:
            self._nodes += in_plain_text("".join(self._text))
            self._text.clear()

    def _add(self, node: _Node, end: int) -> None:
        self._flush()
        self._nodes.append(node)
        self._at = end

    def _take(self, count: int) -> None:
        """The next characters are plain text."""
        self._text.append(self._source[self._at : self._at + count])
        self._at += count

    # A rule reads at least one character, which it was called for.

    def line_break(self) -> None:
        if self._text:
            self._text[-1] = self._text[-1].rstrip(" ")
        blanks = _blanks.match(self._source, self._at + 1)
        assert blanks is not None
        self._add(LineBreak(), blanks.end())

    def backslash(self) -> None:
        end = self._formulas.end(self._at)
        if end > self._at:
            self._add(Formula(self._source[self._at : end]), end)
        elif self._source.startswith("\n", self._at + 1):
            self._at += 1  # the line break follows
        elif _punctuation.match(self._source, self._at + 1):
            self._at += 1
            self._take(1)
        else:
            self._take(1)

    def dollar(self) -> None:
        end = self._formulas.end(self._at)
        if end > self._at:
            self._add(Formula(self._source[self._at : end]), end)
        else:
            self._take(1)

    def code(self) -> None:
        start = self._at
        size = self._run_end() - start
        closing = self._code_end(size, start + size)
        if closing < 0:
            self._take(size)
            return
        text = self._source[start + size : closing].replace("\n", " ")
        if text.strip(" ") and text[0] == text[-1] == " ":
            text = text[1:-1]
        self._add(Code(text), closing + size)

    def _run_end(self) -> int:
        match = _run[self._source[self._at]].match(self._source, self._at)
        assert match is not None
        return match.end()

    def _code_end(self, size: int, at: int) -> int:
        """Where the next run of so many backticks starts; all runs are found once."""
        if self._code_ends is None:
            self._code_ends = {}
            for match in reversed(list(_run["`"].finditer(self._source, at))):
                self._code_ends.setdefault(len(match[0]), []).append(match.start())
        starts = self._code_ends.get(size, [])
        while starts and starts[-1] < at:
            starts.pop()
        return starts[-1] if starts else -1

    def delimiters(self) -> None:
        start, end = self._at, self._run_end()
        source = self._source
        if source[start] == "_" and (match := _identifier.match(source, start)):
            self._take(match.end() - start)  # `__name__` is a name
            return
        before, after = source[start - 1 : start], source[end : end + 1]
        flanks = find_flanks(source[start], end - start, before, after)
        if flanks == NOTHING:
            self._take(end - start)
            return
        run = Run(source[start], end - start, flanks)
        self._runs.append(run)
        self._add(run, end)

    def entity(self) -> None:
        match = _entity.match(self._source, self._at)
        if match is None:
            self._take(1)
            return
        decoded = unescapeAll(match[0])
        is_refused = decoded == match[0] and decoded[1] == "#"
        self._text.append("\ufffd" if is_refused else clean_line(decoded))
        self._at = match.end()

    def address(self) -> None:
        """At a colon: maybe that of `https://`."""
        before = self._text[-1] if self._text else ""
        start = scheme_start(before) if self._source.startswith("://", self._at) else -1
        if start < 0:
            self._take(1)
            return
        begin = self._at - (len(before) - start)
        end = address_end(self._source, begin, self._at)
        if end == begin:
            self._take(1)
            return
        self._text[-1] = before[:start]
        text = self._source[begin:end]
        self._add(Address(text, text), end)

    def angle(self) -> None:
        if found := read_autolink(self._source, self._at):
            text, url, end = found
            self._add(LinkOpen(url, ""), end)
            self._nodes += [Text(text), LinkClose()]
            return
        end = self._html.end(self._at)
        if end == self._at:
            self._take(1)
            return
        self._tag(self._source[self._at : end], end)

    def _tag(self, source: str, end: int) -> None:
        name, is_end = tag_name(source)
        if name in BREAKS:
            self._add(LineBreak(), end)
            return
        kind = STYLES.get(name)
        if kind is None:
            self._add(Tag(source), end)
            return
        tag = StyleTag(name, source)
        opened = self._tags.setdefault(name, [])
        if not is_end:
            opened.append(tag)
        elif opened:
            opened.pop().token = Open(kind)
            tag.token = Close(kind)
        self._add(tag, end)

    def exclamation(self) -> None:
        if self._source.startswith("[", self._at + 1):
            self._open_bracket(2, image=True)
        else:
            self._take(1)

    def opening_bracket(self) -> None:
        self._open_bracket(1, image=False)

    def _open_bracket(self, size: int, *, image: bool) -> None:
        if self._brackets:
            self._brackets[-1].bracket_after = True
        bracket = Bracket(self._at + size, len(self._runs), image=image)
        self._add(bracket, self._at + size)
        self._brackets.append(bracket)
        self._bracket_nodes.append(len(self._nodes) - 1)

    def closing_bracket(self) -> None:
        if not self._brackets:
            self._take(1)
            return
        self._flush()
        opener, node = self._brackets.pop(), self._bracket_nodes.pop()
        is_active = opener.image or len(self._brackets) >= self._inactive
        self._inactive = min(self._inactive, len(self._brackets))
        if not is_active or not (
            self._inline_link(opener, node)
            or self._reference_link(opener, node)
            or self._footnote(opener, node)
        ):
            self._take(1)

    def _inline_link(self, opener: Bracket, node: int) -> bool:
        if not self._source.startswith("(", self._at + 1):
            return False
        target = read_target(self._source, self._at + 1)
        if target is not None:
            self._link(opener, node, Reference(target.url, target.title), target.end)
        return target is not None

    def _reference_link(self, opener: Bracket, node: int) -> bool:
        has_label = self._source.startswith("[", self._at + 1)
        label = read_label(self._source, self._at + 1) if has_label else None
        end = label.end if label else self._at + 1
        own = self._source[opener.at : self._at] if not opener.bracket_after else ""
        name = label.text if label and label.text else own
        if not name.strip() or len(name) > LABEL_CHARACTERS:
            return False
        found = self._look_up(name)
        if found is not None:
            self._link(opener, node, found, end)
        elif label and label.text and _reads_as_link(self._source, opener, self._at, label):
            opener.token = None
            self._add(Note(f"[{name}]"), end)
        else:
            return False
        return True

    def _look_up(self, name: str) -> Reference | None:
        label = normalizeReference(name)
        found = self._references.get(label)
        if found is None and not label.startswith("^"):
            self._missed.add(label)
        return found

    def _footnote(self, opener: Bracket, node: int) -> bool:
        label = self._source[opener.at : self._at]
        if opener.image or label[:1] != "^" or len(label) < 2 or re.search(r"\s", label):
            return False
        del self._nodes[node:]
        del self._runs[opener.run_count :]
        self._add(Note(f"[{label}]"), self._at + 1)
        return True

    def _link(self, opener: Bracket, node: int, target: Reference, end: int) -> None:
        pair_runs(self._runs[opener.run_count :])
        del self._runs[opener.run_count :]
        if opener.image:
            text = _plain(_resolved(self._nodes[node + 1 :]))
            del self._nodes[node:]
            self._add(Image(text, target.url, target.title), end)
            return
        opener.token = LinkOpen(target.url, target.title)
        for at in range(node + 1, len(self._nodes)):
            inner = self._nodes[at]
            if isinstance(inner, Address):
                self._nodes[at] = Text(inner.text)
        self._add(LinkClose(), end)
        self._inactive = len(self._brackets)  # links are not nested


def _reads_as_link(source: str, opener: Bracket, end: int, label: Label) -> bool:
    """`[the book][1]`, but not `known[1][2]` or `grid[x][y]`."""
    text = source[opener.at : end]
    before = source[opener.at - 2 : opener.at - 1] if opener.at > 1 else ""
    if opener.image or before.isalnum() or before in (")", "]", "_"):
        return False
    if source.startswith("[", label.end) or not _letter.search(text):
        return False
    return label.text.isdigit() or len(text) > 1


def _resolved(nodes: Sequence[_Node]) -> list[Token]:
    tokens: list[Token] = []
    for node in nodes:
        if isinstance(node, Run):
            tokens += node.tokens()
        elif isinstance(node, Bracket | StyleTag):
            if node.token is not None:
                tokens.append(node.token)
        else:
            tokens.append(node)
    return tokens


def _plain(tokens: Sequence[Token]) -> str:
    """The text of a picture, without marks."""
    return "".join(map(_plain_text, tokens))


def _plain_text(token: Token) -> str:
    match token:
        case LineBreak():
            return " "
        case Text(text) | Code(text) | Note(text) | Image(text=text) | Address(text=text):
            return text
        case Formula(source) | Tag(source):
            return source
        case _:
            return ""


_RULES: Mapping[str, Callable[[_Parser], None]] = {
    "\n": _Parser.line_break,
    "\\": _Parser.backslash,
    "`": _Parser.code,
    "*": _Parser.delimiters,
    "_": _Parser.delimiters,
    "~": _Parser.delimiters,
    "[": _Parser.opening_bracket,
    "]": _Parser.closing_bracket,
    "!": _Parser.exclamation,
    "<": _Parser.angle,
    "&": _Parser.entity,
    "$": _Parser.dollar,
    ":": _Parser.address,
}
