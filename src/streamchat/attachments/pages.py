"""The readable text of a web page.

With the extra `web`, trafilatura finds the main text as Markdown, without menus and footers.
Without the extra, when trafilatura finds nothing, and for pages with so many tags that it
would be slow, `_TextReader` gives all visible text. It reads in linear time; the standard
library's parser takes a minute for 80 KB of `<a `.
"""

from __future__ import annotations

import codecs
import html
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from streamchat.attachments.texts import decode_text
from streamchat.core.sanitize import clean_line

MOST_CHARACTERS = 2_000_000  # of a page that are read
MOST_TAGS = 60_000  # for trafilatura, whose time may grow with their square: 3 s then
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LOOKS_LIKE_PAGE = re.compile(
    rb"\s*(<!--.{0,400}?-->\s*)?<(!doctype html|html|head|body)\b", re.I | re.S
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})""", re.I)
_HEAD_BYTES = 4096
_RAW = frozenset({"script", "style", "title", "textarea", "iframe", "noscript"})  # hold no tags
_UNSEEN = frozenset({"template", "svg", "math", "nav"})
_BREAKING = re.compile(  # elements that begin and end a line
    "p|div|section|article|header|footer|main|aside|ul|ol|li|dl|dt|dd|table|tr|pre|blockquote"
    "|figure|figcaption|form|hr|br|address|details|summary|h[1-6]"
)
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLANKS = re.compile(r"[ \t\r\f\v\xa0]+")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})")
_LONGEST_QUOTED = 4096  # characters of an attribute that may hold ">"
_MANY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    text: str


def is_html(data: bytes, media_type: str) -> bool:
    """Whether it is HTML, by its type or by how it begins."""
    return media_type in _PAGE_TYPES or _LOOKS_LIKE_PAGE.match(data) is not None


def read_page(data: bytes, charset: str | None, address: str) -> Page:
    """The title and the text; the text is "" if there is none."""
    source = _decoded(data, charset)[:MOST_CHARACTERS]
    plain = _TextReader().read(source)
    return _read_main(source, plain.title, address) or plain


def _decoded(data: bytes, charset: str | None) -> str:
    meta = _CHARSET.search(data[:_HEAD_BYTES])
    named = charset or (meta[1].decode("ascii") if meta else "")
    if named:
        try:
            return data.decode(codecs.lookup(named).name, "replace")
        except (LookupError, UnicodeError):  # not an encoding of text
            pass
    return decode_text(data) or data.decode("utf-8", "replace")


def _read_main(source: str, title: str, address: str) -> Page | None:
    if source.count("<") > MOST_TAGS:
        return None
    try:
        import trafilatura  # 300 ms, only for a page that is attached
    except ImportError:
        return None
    # Without a handler, it would write to stderr.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    text = trafilatura.extract(
        source,
        url=address,
        output_format="markdown",
        include_tables=True,
        include_comments=False,
    )
    return Page(title, text) if text and text.strip() else None


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    is_end: bool


def _tokens(source: str) -> Iterator[str | _Tag]:
    """The texts and the tags. Whatever is not closed ends the page."""
    at, lower = 0, source.lower()
    while True:
        start = source.find("<", at)
        yield source[at:] if start < 0 else source[at:start]
        if start < 0:
            return
        if source.startswith("<!--", start):
            at = _after(source, "-->", start + 4)
        elif source.startswith(("<!", "<?"), start):
            at = _after(source, ">", start)
        elif found := _TAG_NAME.match(source, start):
            tag = _Tag(found[2].lower(), bool(found[1]))
            at = _end_of_tag(source, found.end())
            yield tag
            if tag.name in _RAW and not tag.is_end and at >= 0:
                end = lower.find(f"</{tag.name}", at)
                yield source[at:end] if end >= 0 else source[at:]
                at = end
        else:
            yield "<"
            at = start + 1
        if at < 0:
            return


def _after(source: str, mark: str, at: int) -> int:
    found = source.find(mark, at)
    return -1 if found < 0 else found + len(mark)


def _end_of_tag(source: str, at: int) -> int:
    """The position after the ">" that ends the tag; one between quotes does not."""
    end = source.find(">", at)
    while end >= 0 and source.count('"', at, end) % 2 and end - at < _LONGEST_QUOTED:
        closing = source.find('"', end, at + _LONGEST_QUOTED)
        if closing < 0:
            break
        end = source.find(">", closing)
    return -1 if end < 0 else end + 1


@dataclass(slots=True)
class _TextReader:
    """Collects the visible text: a line for each block, `#` for headings, `-` for items."""

    _pieces: list[str] = field(default_factory=list)
    _title: str = ""
    _hidden: Counter[str] = field(default_factory=Counter)  # open elements that are invisible
    _raw: str = ""  # the open element whose text is not markup

    def read(self, source: str) -> Page:
        for token in _tokens(source):
            if isinstance(token, str):
                self._take_text(token)
            elif token.is_end:
                self._raw = ""
                self._end(token.name)
            else:
                self._start(token.name)
        lines = (_BLANKS.sub(" ", line).strip() for line in "".join(self._pieces).split("\n"))
        text = _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
        return Page(clean_line(" ".join(self._title.split())), text)

    def _take_text(self, text: str) -> None:
        if self._raw == "title":
            self._title = self._title or html.unescape(text)
        elif not self._raw and not self._hidden.total():
            self._pieces.append(html.unescape(text).replace("\n", " "))

    def _start(self, name: str) -> None:
        if name in _RAW:
            self._raw = name
        elif name in _UNSEEN:
            self._hidden[name] += 1
        elif _BREAKING.fullmatch(name):
            self._break(name)
            self._pieces.append(_HEADINGS.get(name, "- " if name == "li" else ""))
        elif name in ("td", "th"):
            self._pieces.append(" | ")

    def _end(self, name: str) -> None:
        if name in _UNSEEN:
            self._hidden[name] = max(0, self._hidden[name] - 1)
        elif _BREAKING.fullmatch(name):
            self._break(name)

    def _break(self, name: str) -> None:
        self._pieces.append("\n\n" if name in _HEADINGS or name == "p" else "\n")
