"""Inline Markdown to lines of styled spans.

Owns what emphasis, links, images, entities and raw tags look like. Uses markdown-it's
inline parser with a new context for every leaf, so nothing leaks from one to the next.
Rules: nothing vanishes (tags are literal text, addresses stay readable where they cannot
be clicked); what Markdown decoded passes the allow-list again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from streamchat.core.sanitize import clean_line
from streamchat.core.theme import Part
from streamchat.render.markdown.links import OpenLink, marks_in
from streamchat.render.markdown.maths import find_math, math_text
from streamchat.render.spans import Line, Span, link_target
from streamchat.render.style import Palette, joined

Reference = Mapping[str, str]  # href, title: as markdown-it wants them

_MARKUP = re.compile(r"[\\`*_~\[<&$\n]")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@lru_cache(1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.enable("strikethrough")
    # Where our rules begin; markdown-it would also stop at those of its plugins.
    parser.inline.terminator_re = re.compile(r"[\n!$&*<\[\\\]_`~]")
    parser.inline.ruler.before("escape", "math", find_math)
    # Every destination is a link here: which of them may be clicked is decided below,
    # and those that may not are shown as text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    # It would decode percent signs: what is shown is what was written.
    parser.normalizeLinkText = lambda url: url  # type: ignore[assignment]
    return parser


class _Lookup:
    """A document's references; remembers which labels it was asked for in vain."""

    def __init__(self, references: Mapping[str, Reference]) -> None:
        self._references = references
        self.missed: set[str] = set()

    def get(self, label: str, default: Reference | None = None) -> Reference | None:
        found = self._references.get(label, default)
        if found is None and not label.startswith("^"):
            self.missed.add(label)
        return found

    def __contains__(self, label: str) -> bool:
        return self.get(label) is not None

    def __getitem__(self, label: str) -> Reference:
        return self._references[label]


class Inline:
    """Parses the inline text of leaves; `missed` are the labels the last one lacked."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self.missed: frozenset[str] = frozenset()

    def lines(
        self,
        source: str,
        references: Mapping[str, Reference],
        style: str = "",
        *,
        in_cell: bool = False,
    ) -> list[Line]:
        """One line for each hard break and one more; never empty."""
        self.missed = frozenset()
        source = source.replace("\t", " ")
        writer = _Writer(self._palette, style, decoded="&" in source, in_cell=in_cell)
        if not _MARKUP.search(source):
            writer.text(source)
            return writer.done()
        lookup = _Lookup(references)
        tokens = _parser().inline.parse(source, _parser(), {"references": lookup}, [])
        self.missed = frozenset(lookup.missed)
        writer.write(tokens)
        return writer.done()


class _Writer:
    """Turns the tokens of one leaf into spans."""

    def __init__(self, palette: Palette, style: str, *, decoded: bool, in_cell: bool) -> None:
        self._palette = palette
        self._styles = [style]
        self._decoded = decoded  # entities may have brought in any character
        self._in_cell = in_cell
        self._lines: list[Line] = [[]]
        self._pending: list[str] = []  # text split by escapes and entities
        self._link: OpenLink | None = None

    def done(self) -> list[Line]:
        self._flush()
        return self._lines

    def text(self, text: str) -> None:
        self._pending.append(text)

    def write(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.type in _TEXT_TYPES:
                self.text(token.content)
                continue
            self._flush()
            _HANDLERS[token.type](self, token)

    def _flush(self) -> None:
        if not self._pending:
            return
        text = "".join(self._pending)
        self._pending.clear()
        if self._link is not None:
            self._put(text, self._styles[-1])
            return
        done = 0
        for start, end, is_address in marks_in(text):
            self._put(text[done:start], self._styles[-1])
            if is_address:
                self._put_address(text[start:end])
            else:
                self._put(text[start:end], self._within("footnote"))
            done = end
        self._put(text[done:], self._styles[-1])

    def _put_address(self, url: str) -> None:
        target = link_target(url) if self._palette.look.hyperlinks else ""
        self._put(url, self._within("link"), target)

    def _put(self, text: str, style: str, link: str = "") -> None:
        if not text:
            return
        if self._decoded or not (text.isascii() and text.isprintable()):
            text = clean_line(text)
        if self._link is not None:
            self._link.label.append(text)
            link = self._link.target
        self._lines[-1].append(Span(text, style, link))

    def _within(self, part: Part) -> str:
        return joined(self._styles[-1], self._palette.parts[part])

    def open(self, part: Part) -> None:
        self._styles.append(self._within(part))

    def close(self, token: Token) -> None:
        self._styles.pop()

    def soft_break(self, token: Token) -> None:
        self._put(" ", self._styles[-1])

    def hard_break(self, token: Token) -> None:
        self._lines.append([])

    def code(self, token: Token) -> None:
        text = token.content
        if not self._palette.parts["code"]:
            text = f"`{text}`"  # nothing else would tell it from prose
        self._put(text, self._within("code"))

    def tag(self, token: Token) -> None:
        if self._in_cell and _LINE_BREAK.fullmatch(token.content):
            self._lines.append([])  # a cell has no other way to break a line
            return
        self._put(token.content.replace("\n", " "), self._within("tag"))

    def math(self, token: Token) -> None:
        source = token.content.replace("\n", " ")
        self._put(math_text(source) or source, self._within("math"))

    def link_open(self, token: Token) -> None:
        url = str(token.attrs.get("href", ""))
        target = link_target(url) if self._palette.look.hyperlinks else ""
        self._link = OpenLink(
            clean_line(url), clean_line(str(token.attrs.get("title", ""))), target
        )
        self.open("link")

    def link_close(self, token: Token) -> None:
        link, self._link = self._link, None
        if link is not None:
            if not link.label:
                self._lines[-1].append(Span(link.url, self._styles[-1], link.target))
            self._styles.pop()
            self._put_remark(link.remark())

    def image(self, token: Token) -> None:
        """The words, then the address: a terminal shows no pictures."""
        alt = _plain_text(token.children or [])
        url = clean_line(str(token.attrs.get("src", "")))
        title = clean_line(str(token.attrs.get("title", "")))
        self._put("image: ", self._within("url"))
        if alt:
            self._put(alt, self._within("emphasis"))
        remark = " ".join(part for part in (url, title and f'"{title}"') if part)
        self._put_remark(remark)

    def _put_remark(self, remark: str) -> None:
        if remark:
            self._put(f" ({remark})", self._within("url"))


def _plain_text(tokens: list[Token]) -> str:
    return "".join(
        " "
        if token.type in ("softbreak", "hardbreak")
        else token.content or _plain_text(token.children or [])
        for token in tokens
    )


_TEXT_TYPES = frozenset({"text", "text_special"})
_HANDLERS: Mapping[str, Callable[[_Writer, Token], None]] = {
    "softbreak": _Writer.soft_break,
    "hardbreak": _Writer.hard_break,
    "code_inline": _Writer.code,
    "html_inline": _Writer.tag,
    "math": _Writer.math,
    "strong_open": lambda writer, token: writer.open("strong"),
    "strong_close": _Writer.close,
    "em_open": lambda writer, token: writer.open("emphasis"),
    "em_close": _Writer.close,
    "s_open": lambda writer, token: writer.open("strike"),
    "s_close": _Writer.close,
    "link_open": _Writer.link_open,
    "link_close": _Writer.link_close,
    "image": _Writer.image,
}
