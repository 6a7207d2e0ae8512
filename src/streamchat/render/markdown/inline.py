"""Inline Markdown to lines of styled spans.

Owns what emphasis, links, pictures, formulas and tags look like. Must not know syntax,
which is `core.markdown.inline`'s. Rule: nothing vanishes. A tag without a meaning is literal
text, and an address that cannot be clicked stays readable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from streamchat.core.markdown.inline import (
    Autolink,
    Close,
    Code,
    Formula,
    Image,
    Kind,
    LineBreak,
    LinkClose,
    LinkOpen,
    Note,
    Open,
    Reference,
    Tag,
    Text,
    Token,
    parse_inline,
)
from streamchat.core.markdown.maths import FormulaPiece, format_formula
from streamchat.core.markdown.scripts import subscript, superscript
from streamchat.core.sanitize import clean_line, marked_hints, without_hints
from streamchat.core.theme import Part
from streamchat.render.markdown.formula_words import formula_spans, held_in_words
from streamchat.render.markdown.links import OpenLink
from streamchat.render.spans import Line, Span, link_target
from streamchat.render.style import Palette, joined

_MARKUP = re.compile(r"[\\`*_~\[<&$\n@:【\ue200]|www\.")
_PARTS: Mapping[Kind | Literal["link"], Part] = {
    "strong": "strong",
    "emphasis": "emphasis",
    "strike": "strike",
    "underline": "underline",
    "mark": "mark",
    "key": "key",
    "code": "code",
    "link": "link",
}


class Inline:
    """Parses the inline text of leaves. `missed` holds the labels of the last leaf that
    nothing had defined."""

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
        """One line for each line break and one more; never empty."""
        self.missed = frozenset()
        source = source.replace("\t", " ")
        if not _MARKUP.search(source):
            text = without_hints(source, keeps_breaks=True)
            return [[Span(text, style)] if text else []]
        tokens, self.missed = parse_inline(source, references)
        writer = _SpanWriter(self._palette, style, in_cell=in_cell)
        for token in tokens:
            writer.write(token)
        return writer.lines


class _SpanWriter:
    """Turns the tokens of one leaf into spans."""

    def __init__(self, palette: Palette, style: str, *, in_cell: bool) -> None:
        self.lines: list[Line] = [[]]
        self._palette = palette
        self._in_cell = in_cell
        self._base = self._style = style
        self._open: dict[Kind | Literal["link"], int] = {}  # how many, in their order
        self._link: OpenLink | None = None

    def write(self, token: Token) -> None:
        match token:
            case Text(text):
                self._put(self._shifted(text), self._style)
            case LineBreak():
                self.lines.append([])
            case Open(kind):
                self._begin(kind)
            case Close(kind):
                self._end(kind)
            case Code(text):
                self._code(text)
            case Formula(source):
                self._formula(source)
            case Tag(source):
                self._put(source, self._within("tag"))
            case Note(text):
                self._put(text, self._within("footnote"))
            case Autolink(text, url):
                self._put(text, self._within("link"), self._target(url))
            case LinkOpen() | LinkClose() | Image():
                self._linked(token)

    def _linked(self, token: LinkOpen | LinkClose | Image) -> None:
        match token:
            case LinkOpen(url, title):
                self._link = OpenLink(clean_line(url), clean_line(title), self._target(url))
                self._begin("link")
            case LinkClose():
                self._close_link()
            case Image():
                self._image(token)

    def _target(self, url: str) -> str:
        return link_target(url) if self._palette.look.hyperlinks else ""

    def _begin(self, kind: Kind | Literal["link"]) -> None:
        self._open[kind] = self._open.get(kind, 0) + 1
        self._restyle()

    def _end(self, kind: Kind | Literal["link"]) -> None:
        count = self._open.pop(kind, 0)
        if count > 1:
            self._open[kind] = count - 1
        self._restyle()

    def _restyle(self) -> None:
        self._style = self._base
        for kind in self._open:
            if kind in _PARTS:
                self._style = self._within(_PARTS[kind])

    def _within(self, part: Part) -> str:
        return joined(self._style, self._palette.parts[part])

    def _put(self, text: str, style: str, link: str = "") -> None:
        if not text:
            return
        if self._link is not None:
            self._link.label.append(text)
            link = self._link.target
        self.lines[-1].append(Span(text, style, link))

    def _shifted(self, text: str) -> str:
        """Raised or lowered, if a tag asks for it and Unicode has the characters."""
        if "sup" in self._open:
            return superscript(text) or text
        if "sub" in self._open:
            return subscript(text) or text
        return text

    def _formula(self, source: str) -> None:
        style = self._within("math")
        bold = joined(style, self._palette.parts["strong"])
        pieces = format_formula(source) or (FormulaPiece(source, bold=False),)
        spans = formula_spans if self._in_cell else held_in_words
        for span in spans(pieces, style, bold):
            self._put(span.text, span.style)

    def _code(self, text: str) -> None:
        if not (self._palette.parts["code"] or self._palette.look.speaks):
            text = f"`{text}`"  # nothing else would tell it from prose
        style = self._within("code")
        for part, is_hint in marked_hints(text):
            self._put(part, joined(style, self._palette.parts["tag"]) if is_hint else style)

    def _close_link(self) -> None:
        link, style, self._link = self._link, self._style, None
        if link is not None:
            if not link.label:
                self.lines[-1].append(Span(link.url, style, link.target))
            self._end("link")
            self._put_remark(link.remark())

    def _image(self, image: Image) -> None:
        """The description, then the address, because a terminal shows no pictures."""
        self._put("image: ", self._within("url"))
        self._put(image.text, self._within("emphasis"))
        url, title = clean_line(image.url), clean_line(image.title)
        self._put_remark(" ".join(part for part in (url, title and f'"{title}"') if part))

    def _put_remark(self, remark: str) -> None:
        if remark:
            self._put(f" ({remark})", self._within("url"))
