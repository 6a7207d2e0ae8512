"""Inline Markdown as inert HTML.

Rules: a link goes to http, https or mailto, or is text with its address beside it; a
picture is a link; raw HTML is text. Marks that overlap are closed and opened again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

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
from streamchat.core.sanitize import SOFT_HYPHEN, ZERO_WIDTH_SPACE, clean_line
from streamchat.export.colours import uncoloured

_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# Where the reader's browser may break a word.
_BREAKS = {ord(ZERO_WIDTH_SPACE): "<wbr>", ord(SOFT_HYPHEN): "&shy;"}
_ELEMENTS: Mapping[Kind, str] = {
    "strong": "strong",
    "emphasis": "em",
    "strike": "s",
    "underline": "u",
    "mark": "mark",
    "key": "kbd",
    "code": "code",
}


def is_safe(url: str) -> bool:
    """Whether a link may lead there."""
    return _SAFE.match(url) is not None


def link(url: str, text: str) -> str:
    return f"{_link_start(url)}{escape(text)}</a>"


def format_inline(source: str, references: Mapping[str, Reference]) -> str:
    """The inline text of one leaf."""
    writer = _InlineHtml()
    for token in parse_inline(source, references).tokens:
        writer.write(token)
    return writer.done()


def _link_start(url: str, title: str = "") -> str:
    said = f' title="{escape(clean_line(title))}"' if title else ""
    address = escape(clean_line(url))
    return f'<a href="{address}"{said} rel="noopener noreferrer nofollow">'


class _InlineHtml:
    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[Kind] = []
        self._link: LinkOpen | None = None
        self._link_at = 0  # where its parts begin

    def done(self) -> str:
        return "".join(self._parts)

    def write(self, token: Token) -> None:
        match token:
            case Open("sub" | "sup" as kind):
                self._open.append(kind)
            case Open(kind):
                self._parts.append(f"<{_ELEMENTS[kind]}>")
                self._open.append(kind)
            case Close(kind):
                self._close(kind)
            case LinkOpen():
                self._link, self._link_at = token, len(self._parts)
            case LinkClose():
                self._close_link()
            case Text(text) if "sup" in self._open:
                self._parts.append(_shifted(text, superscript(text), "sup"))
            case Text(text) if "sub" in self._open:
                self._parts.append(_shifted(text, subscript(text), "sub"))
            case _:
                self._parts.append(_format_token(token))

    def _close(self, kind: Kind) -> None:
        if kind not in self._open:
            return
        at = len(self._open) - 1 - self._open[::-1].index(kind)
        inner = self._open[at + 1 :]
        closed = [_ELEMENTS[each] for each in self._open[at:] if each in _ELEMENTS]
        opened = [_ELEMENTS[each] for each in inner if each in _ELEMENTS]
        self._parts += [f"</{element}>" for element in reversed(closed)]
        self._parts += [f"<{element}>" for element in opened]
        del self._open[at]

    def _close_link(self) -> None:
        if self._link is None:
            return
        opened, self._link = self._link, None
        url = clean_line(opened.url)
        label = self._parts[self._link_at :]
        if is_safe(url):
            self._parts.insert(self._link_at, _link_start(url, opened.title))
            self._parts.append("</a>" if label else f"{escape(url)}</a>")
        elif not label:
            self._parts.append(escape(url))
        elif "".join(label) != escape(url):
            self._parts.append(f' <span class="tag">({escape(url)})</span>')


def format_pieces(pieces: Sequence[FormulaPiece] | None, source: str) -> str:
    """A formula as text, or its source if it has no form in text."""
    if pieces is None:
        return escape(source)
    return "".join(
        f"<strong>{escape(text)}</strong>" if bold else escape(text) for text, bold in pieces
    )


def _shifted(text: str, shifted: str | None, element: str) -> str:
    """In Unicode's superscripts and subscripts, as in the terminal, or else in an element."""
    return escape(shifted) if shifted else f"<{element}>{escape(text)}</{element}>"


def _format_token(
    token: Text | LineBreak | Code | Formula | Tag | Note | Autolink | Image,
) -> str:
    match token:
        case Text(text):
            shown = escape(text)
            return shown if text.isascii() else shown.translate(_BREAKS)
        case LineBreak():
            return "<br>"
        case Code(text):
            return f"<code>{uncoloured(text)}</code>"
        case Formula(source):
            return f'<span class="math">{format_pieces(format_formula(source), source)}</span>'
        case Tag(source):
            return f'<span class="tag">{escape(source)}</span>'
        case Note(text):
            return f'<span class="note-mark">{escape(text)}</span>'
        case Autolink(text, url):
            return link(url, text)
        case Image(text, url, _):
            address = clean_line(url)
            words = clean_line(text)
            if is_safe(url):
                return f"image: {link(address, words or address)}"
            return escape(f"image: {words} ({address})" if address else f"image: {words}")
