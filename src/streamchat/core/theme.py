"""Themes: the style of each part of the screen, as data.

Owns the names of the parts and their styles in words ("bold magenta"). Must not know
escape sequences, terminals or libraries: `render.style` turns the words into SGR.
Rule: `auto` uses the terminal's own 16 colours, and only those that are readable on light
and dark backgrounds (no white, black or yellow text).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Part: TypeAlias = Literal[
    "heading1",
    "heading2",
    "heading3",
    "heading4",
    "heading5",
    "heading6",
    "strong",
    "emphasis",
    "strike",
    "underline",
    "mark",
    "key",
    "code",
    "link",
    "url",
    "tag",
    "math",
    "footnote",
    "definition",
    "quote-bar",
    "summary",
    "alert-note",
    "alert-tip",
    "alert-important",
    "alert-warning",
    "alert-caution",
    "marker",
    "rule",
    "language",
    "table-header",
    "table-line",
    "thinking",
    "status",
    "spinner",
    "notice",
    "warning",
    "error",
]
PARTS: tuple[Part, ...] = get_args(Part)

ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


@dataclass(frozen=True, slots=True)
class Theme:
    """`parts` and `tokens` map to words: attributes and at most one colour.

    The keys of `tokens` are pygments' token names without "Token."; each also covers the
    tokens below it. `code` names a pygments style, used if there are enough colours.
    """

    name: str
    parts: Mapping[Part, str]
    tokens: Mapping[str, str]
    code: str | None = None


_PLAIN_PARTS: Mapping[Part, str] = {
    "heading1": "bold underline",
    "heading2": "bold underline",
    "heading3": "bold",
    "heading4": "bold italic",
    "heading5": "italic",
    "heading6": "italic dim",
    "strong": "bold",
    "emphasis": "italic",
    "strike": "strike",
    "underline": "underline",
    "mark": "reverse",
    "key": "bold",
    "code": "bold",
    "link": "underline",
    "url": "dim",
    "tag": "dim",
    "math": "italic",
    "footnote": "dim",
    "definition": "dim",
    "quote-bar": "dim",
    "summary": "bold",
    "alert-note": "bold",
    "alert-tip": "bold",
    "alert-important": "bold",
    "alert-warning": "bold",
    "alert-caution": "bold",
    "marker": "",
    "rule": "dim",
    "language": "dim",
    "table-header": "bold",
    "table-line": "dim",
    "thinking": "dim italic",
    "status": "dim",
    "spinner": "bold",
    "notice": "dim",
    "warning": "bold",
    "error": "bold",
}

_AUTO_PARTS: Mapping[Part, str] = {
    **_PLAIN_PARTS,
    "heading1": "bold underline magenta",
    "heading2": "bold magenta",
    "heading3": "bold cyan",
    "heading4": "bold",
    "heading5": "italic cyan",
    "heading6": "italic dim",
    "code": "cyan",
    "link": "underline cyan",
    "footnote": "cyan",
    "marker": "magenta",
    "alert-note": "bold blue",
    "alert-tip": "bold green",
    "alert-important": "bold magenta",
    "alert-warning": "bold red",
    "alert-caution": "bold red",
    "spinner": "magenta",
    "warning": "bold magenta",
    "error": "bold red",
}

_AUTO_TOKENS: Mapping[str, str] = {
    "Comment": "dim italic",
    "Comment.Preproc": "magenta",
    "Comment.PreprocFile": "green",
    "Keyword": "magenta",
    "Keyword.Type": "cyan",
    "Keyword.Constant": "red",
    "Operator.Word": "magenta",
    "Name.Function": "blue",
    "Name.Class": "bold cyan",
    "Name.Namespace": "cyan",
    "Name.Decorator": "magenta",
    "Name.Exception": "cyan",
    "Name.Builtin": "cyan",
    "Name.Builtin.Pseudo": "magenta",
    "Name.Tag": "blue",
    "Name.Attribute": "cyan",
    "Name.Constant": "red",
    "Name.Entity": "red",
    "Name.Variable": "cyan",
    "Literal.String": "green",
    "Literal.String.Doc": "green italic",
    "Literal.String.Escape": "red",
    "Literal.String.Interpol": "red",
    "Literal.String.Regex": "red",
    "Literal.Number": "red",
    "Generic.Deleted": "red",
    "Generic.Inserted": "green",
    "Generic.Heading": "bold",
    "Generic.Subheading": "magenta",
    "Generic.Prompt": "dim",
    "Generic.Strong": "bold",
    "Generic.Emph": "italic",
}

_MONO_TOKENS: Mapping[str, str] = {
    "Comment": "dim italic",
    "Keyword": "bold",
    "Generic.Deleted": "dim",
    "Generic.Inserted": "bold",
    "Generic.Heading": "bold",
}

THEMES: Mapping[str, Theme] = {
    "auto": Theme("auto", _AUTO_PARTS, _AUTO_TOKENS),
    "dark": Theme(
        "dark",
        {**_AUTO_PARTS, "heading3": "bold yellow", "warning": "bold yellow"},
        {**_AUTO_TOKENS, "Literal.Number": "yellow", "Name.Constant": "yellow"},
        code="github-dark",
    ),
    "light": Theme(
        "light",
        {**_AUTO_PARTS, "heading3": "bold blue", "code": "blue", "link": "underline blue"},
        _AUTO_TOKENS,
        code="xcode",
    ),
    "mono": Theme("mono", _PLAIN_PARTS, _MONO_TOKENS),
}


def theme_named(name: str) -> Theme:
    """The theme of that name; for any other name, `auto` with that pygments style."""
    known = THEMES.get(name)
    if known is not None:
        return known
    return Theme(name, _AUTO_PARTS, _AUTO_TOKENS, code=name)
