"""Themes: what each part of the screen looks like, as data.

Owns the names of the parts, their styles in words ("bold magenta"), and what colour a word
is on which background. Must not know escape sequences, terminals or libraries: `render.style`
turns words into SGR.

Rule: on a background that is known, all text has a contrast of 4.5 with the usual palettes;
a colour that cannot is left out. Where it is not known, text keeps the terminal's own colour
or takes one that is readable on both. Rules and other marks may be fainter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias, get_args

from streamchat.core.terminal import Background

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
    "question",
    "thinking",
    "status",
    "spinner",
    "notice",
    "warning",
    "error",
]
PARTS: tuple[Part, ...] = get_args(Part)

PROSE_WIDTH = 100  # longer lines are hard to read
ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")
SHADED = "shaded"  # a faint background


class Colour(NamedTuple):
    """`basic` is one of the terminal's 16, "" where none is readable everywhere; `number` is
    one of the 240 that no palette changes."""

    basic: str
    number: int


@dataclass(frozen=True, slots=True)
class Theme:
    """`parts` and `tokens` map to words: attributes, at most one colour, `shaded`.

    `tokens` is keyed by pygments' token names without "Token." and holds for the whole
    branch below; `code` names a pygments style to prefer where there are enough colours.
    """

    name: str
    parts: Mapping[Part, str]
    tokens: Mapping[str, str]
    colours: Mapping[str, Colour] = field(default_factory=dict)
    shade: int | None = None  # among the 256
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
    "question": "",
    "thinking": "dim italic",
    "status": "dim",
    "spinner": "bold",
    "notice": "dim",
    "warning": "bold",
    "error": "bold",
}

_COLOUR_PARTS: Mapping[Part, str] = {
    **{part: words.replace("dim", "grey") for part, words in _PLAIN_PARTS.items()},
    "heading1": "bold underline magenta",
    "heading2": "bold magenta",
    "heading3": "bold cyan",
    "heading4": "bold",
    "heading5": "italic cyan",
    "heading6": "italic grey",
    "code": "cyan shaded",
    "link": "underline cyan",
    "question": "text shaded",
    # No text, so they may be faint.
    "quote-bar": "dim",
    "rule": "dim",
    "table-line": "dim",
    "marker": "magenta",
    "alert-note": "bold blue",
    "alert-tip": "bold green",
    "alert-important": "bold magenta",
    "alert-warning": "bold yellow",
    "alert-caution": "bold red",
    "spinner": "magenta",
    "warning": "bold yellow",
    "error": "bold red",
}

_COLOUR_TOKENS: Mapping[str, str] = {
    "Comment": "grey italic",
    "Comment.Preproc": "magenta",
    "Comment.PreprocFile": "green",
    "Keyword": "magenta",
    "Keyword.Type": "cyan",
    "Keyword.Constant": "yellow",
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
    "Name.Constant": "yellow",
    "Name.Entity": "red",
    "Name.Variable": "cyan",
    "Literal.String": "green",
    "Literal.String.Doc": "green italic",
    "Literal.String.Escape": "red",
    "Literal.String.Interpol": "red",
    "Literal.String.Regex": "red",
    "Literal.Number": "yellow",
    "Generic.Deleted": "red",
    "Generic.Inserted": "green",
    "Generic.Heading": "bold",
    "Generic.Subheading": "magenta",
    "Generic.Prompt": "grey",
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

_ON_DARK: Mapping[str, Colour] = {
    "red": Colour("", 210),
    "green": Colour("", 114),
    "yellow": Colour("yellow", 221),
    "blue": Colour("", 111),
    "magenta": Colour("", 183),
    "cyan": Colour("bright-cyan", 80),
    "grey": Colour("white", 248),
    "text": Colour("", 255),
}
_ON_LIGHT: Mapping[str, Colour] = {
    "red": Colour("", 124),
    "green": Colour("", 22),
    "yellow": Colour("", 94),
    "blue": Colour("", 25),
    "magenta": Colour("", 90),
    "cyan": Colour("", 24),
    "grey": Colour("", 241),
    "text": Colour("", 236),
}
_ON_BOTH: Mapping[str, Colour] = {
    "red": Colour("", 131),
    "green": Colour("", 29),
    "yellow": Colour("", 131),
    "blue": Colour("", 63),
    "magenta": Colour("", 163),
    "cyan": Colour("", 29),
    "grey": Colour("", 243),
}

THEMES: Mapping[str, Theme] = {
    "auto": Theme(
        "auto",
        {part: words.replace("grey", "dim") for part, words in _COLOUR_PARTS.items()},
        _COLOUR_TOKENS,
        _ON_BOTH,
    ),
    "dark": Theme("dark", _COLOUR_PARTS, _COLOUR_TOKENS, _ON_DARK, shade=236),
    "light": Theme("light", _COLOUR_PARTS, _COLOUR_TOKENS, _ON_LIGHT, shade=254),
    "mono": Theme("mono", _PLAIN_PARTS, _MONO_TOKENS),
}


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the user chose: the name of a theme, the background (auto: ask the terminal), the
    width of prose in cells."""

    theme: str = "auto"
    background: str = "auto"
    prose_width: int = PROSE_WIDTH


def question_colours(theme: Theme) -> tuple[str, str] | None:
    """The colours of a past question and of its background, hexadecimal; None where the theme
    has none."""
    colour = theme.colours.get("text")
    if theme.shade is None or colour is None or SHADED not in theme.parts["question"]:
        return None
    return _hexadecimal(colour.number), _hexadecimal(theme.shade)


def _hexadecimal(number: int) -> str:
    """One of the 24 greys of the 256 colours."""
    return f"{8 + 10 * (number - 232):02x}" * 3


def theme_named(name: str, background: Background = Background.UNKNOWN) -> Theme:
    """One of THEMES; `auto` is that of the background. Any other name is `auto` with that
    pygments style for code."""
    automatic = THEMES["auto" if background is Background.UNKNOWN else background.value]
    if name == "auto":
        return automatic
    known = THEMES.get(name)
    if known is not None:
        return known
    return replace(automatic, name=name, code=name)
