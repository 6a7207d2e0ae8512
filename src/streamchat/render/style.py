"""Turns the words of a theme into SGR parameters that the terminal can show.

Owns the escape syntax of styles and the glyphs. Must not know Markdown.
A style, everywhere below `render`, is its SGR parameter string ("1;35", or "" for none):
two styles are combined by `joined`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from streamchat.core.terminal import Background, Joins, Terminal
from streamchat.core.terminal import Depth as Depth
from streamchat.core.theme import (
    PARTS,
    PROSE_WIDTH,
    SHADED,
    Appearance,
    Part,
    Theme,
    theme_named,
)


@dataclass(frozen=True, slots=True)
class Style:
    """Everything but the width that decides how rows look."""

    theme: Theme
    depth: Depth = Depth.COLOURS_16
    hyperlinks: bool = False
    unicode: bool = True  # False: glyphs of our own are ASCII
    italics: bool = True
    joins: Joins = Joins.GRAPHEMES  # what the terminal draws as one
    prose_width: int = PROSE_WIDTH  # of a line that is wrapped; code and tables use all
    speaks: bool = False  # words instead of signs, for screen readers
    wraps_all: bool = False  # no row is left to the terminal to wrap

    def sgr(self, words: str) -> str:
        """ "bold magenta" to "1;35", without what the terminal cannot show."""
        return sgr_parameters(words, self.depth, theme=self.theme, italics=self.italics)


def build_style(appearance: Appearance, terminal: Terminal) -> Style:
    """The style for that terminal."""
    is_told = appearance.background != "auto"
    background = Background(appearance.background) if is_told else terminal.background
    return Style(
        theme_named(appearance.theme, background),
        terminal.depth,
        hyperlinks=terminal.is_live and terminal.traits.hyperlinks,
        unicode=terminal.unicode and not terminal.is_accessible,
        speaks=terminal.is_accessible,
        italics=terminal.traits.italics,
        joins=terminal.traits.joins if terminal.is_live else Joins.GRAPHEMES,
        prose_width=appearance.prose_width,
    )


PLAIN = Style(theme_named("mono"), Depth.NOTHING, unicode=False)


@dataclass(frozen=True, slots=True)
class Glyphs:
    quote_bar: str
    summary: str
    bullets: tuple[str, ...]
    unchecked: str
    checked: str
    horizontal: str
    vertical: str
    crossing: str
    gap: str  # a row by itself, for rows that are not shown


UNICODE = Glyphs("▌ ", "▸ ", ("• ", "◦ ", "▪ "), "☐ ", "☑ ", "─", " │ ", "─┼─", "⋮")
# A screen reader reads nothing for a rule.
SPOKEN = Glyphs("> ", "", ("- ", "- ", "- "), "to do: ", "done: ", "", ", ", "", "")
ASCII = Glyphs("| ", "> ", ("* ", "- ", "+ "), "[ ] ", "[x] ", "-", " | ", "-+-", ":")

_ATTRIBUTES = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "underline": "4",
    "reverse": "7",
    "strike": "9",
}
# The ones of the terminal's 16 that a theme may use.
_BASIC = {
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "white": "37",
    "bright-cyan": "96",
}
_PARAMETER = re.compile(r"[34]8;(?:5;\d+|2;\d+;\d+;\d+)|\d+")


def sgr_parameters(words: str, depth: Depth, *, theme: Theme, italics: bool = True) -> str:
    """Without `italics`, text that would be only italic is underlined."""
    if depth is Depth.NOTHING:
        return ""
    if not italics:
        words = "underline" if words == "italic" else words.replace("italic", "")
    found = (_ATTRIBUTES.get(word) or _colour(word, depth, theme) for word in words.split())
    return ";".join(filter(None, found))


def _colour(word: str, depth: Depth, theme: Theme) -> str:
    if word == SHADED:
        has_shade = theme.shade is not None and depth >= Depth.COLOURS_256
        return f"48;5;{theme.shade}" if has_shade else ""
    colour = theme.colours.get(word)
    if colour is None or depth < Depth.COLOURS_16:
        return ""
    return (
        f"38;5;{colour.number}" if depth >= Depth.COLOURS_256 else _BASIC.get(colour.basic, "")
    )


@lru_cache(512)
def joined(outer: str, inner: str) -> str:
    """The style of `inner` within `outer`: the later colour wins."""
    within = _PARAMETER.findall(inner)
    kept = [each for each in _PARAMETER.findall(outer) if each not in within]
    if any(map(_is_colour, within)):
        kept = [each for each in kept if not _is_colour(each)]
    return ";".join(kept + within)


def _is_colour(parameter: str) -> bool:
    """Whether it sets the colour of text."""
    return parameter.startswith("38;") or (len(parameter) == 2 and parameter[0] in "39")


def rgb_parameters(hexadecimal: str, depth: Depth) -> str:
    """A pygments colour ("ff8800") as the nearest the terminal can show."""
    red, green, blue = (int(hexadecimal[i : i + 2], 16) for i in (0, 2, 4))
    if depth is Depth.TRUE_COLOUR:
        return f"38;2;{red};{green};{blue}"
    return f"38;5;{_nearest_of_256(red, green, blue)}"


def _nearest_of_256(red: int, green: int, blue: int) -> int:
    """The 6x6x6 cube, or the grey ramp for greys; the first 16 belong to the user."""
    if max(red, green, blue) - min(red, green, blue) < 10:
        grey = round((red - 8) / 10)
        return 16 if grey < 0 else 231 if grey > 23 else 232 + grey
    steps = (0, 95, 135, 175, 215, 255)
    r, g, b = (
        min(range(6), key=lambda i: abs(steps[i] - channel)) for channel in (red, green, blue)
    )
    return 16 + 36 * r + 6 * g + b


class Palette:
    """A style, resolved: SGR parameters by part and by token name."""

    def __init__(self, look: Style) -> None:
        self.look = look
        self.glyphs = SPOKEN if look.speaks else UNICODE if look.unicode else ASCII
        self.parts: Mapping[Part, str] = {
            part: look.sgr(look.theme.parts.get(part, "")) for part in PARTS
        }
        self.strong = self.parts["strong"]
        self.emphasis = self.parts["emphasis"]
        self.strike = self.parts["strike"]

    def token(self, name: str) -> str:
        """The style of a pygments token by its name without "Token."."""
        tokens = self.look.theme.tokens
        while name:
            if name in tokens:
                return self.look.sgr(tokens[name])
            name = name.rpartition(".")[0]
        return ""
