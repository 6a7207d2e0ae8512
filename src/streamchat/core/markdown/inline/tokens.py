"""The tokens of inline Markdown: a flat list, in the order in which they are shown.

`Open` and `Close` come in pairs, but pairs made by HTML tags may overlap others. Where the
source was clean, so is all text; a `url` or `title` that Markdown decoded may hold any
character and has to be cleaned before it is shown.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "strong", "emphasis", "strike", "underline", "mark", "key", "code", "sub", "sup"
]


class Text(NamedTuple):
    text: str


class Code(NamedTuple):
    """A code span, without its backticks."""

    text: str


class Formula(NamedTuple):
    """Inline maths; `source` keeps its delimiters."""

    source: str


class LineBreak(NamedTuple):
    """The next token begins a new line; blanks that begin it are its indentation."""


class Tag(NamedTuple):
    """Raw HTML that has no meaning of its own here, as it was written."""

    source: str


class Autolink(NamedTuple):
    """An address in plain text. `url` is where it leads."""

    text: str
    url: str


class Note(NamedTuple):
    """A footnote reference, a citation mark or the label of a reference: text on the side."""

    text: str


class Open(NamedTuple):
    kind: Kind


class Close(NamedTuple):
    kind: Kind


class LinkOpen(NamedTuple):
    url: str
    title: str


class LinkClose(NamedTuple):
    pass


class Image(NamedTuple):
    text: str
    url: str
    title: str


Token: TypeAlias = (
    Text
    | Code
    | Formula
    | LineBreak
    | Tag
    | Autolink
    | Note
    | Open
    | Close
    | LinkOpen
    | LinkClose
    | Image
)


class Reference(NamedTuple):
    """What a link reference definition says."""

    url: str
    title: str
