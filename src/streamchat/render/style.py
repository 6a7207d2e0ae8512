"""Words of a theme to SGR parameters, for what the terminal can show.

Owns the escape syntax of styles and the glyphs. Must not know Markdown.
A style, everywhere below `render`, is its SGR parameter string ("1;35", or "" for none):
two styles are combined by joining them with ";", since the later colour wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from streamchat.core.terminal import Depth as Depth
from streamchat.core.terminal import Terminal
from streamchat.core.theme import PARTS, Part, Theme, theme_named


@dataclass(frozen=True, slots=True)
class Style:
    """Everything but the width that decides how rows look."""

    theme: Theme
    depth: Depth = Depth.COLOURS_16
    hyperlinks: bool = False
    unicode: bool = True  # False: glyphs of our own are ASCII
    italics: bool = True

    def sgr(self, words: str) -> str:
        """ "bold magenta" to "1;35", without what the terminal cannot show."""
        return sgr_parameters(words, self.depth, italics=self.italics)


def build_style(theme: str, terminal: Terminal) -> Style:
    """That terminal in the colours of the theme of that name."""
    return Style(
        theme_named(theme),
        terminal.depth,
        hyperlinks=terminal.is_live and terminal.traits.hyperlinks,
        unicode=terminal.unicode,
        italics=terminal.traits.italics,
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


UNICODE = Glyphs("▌ ", "▸ ", ("• ", "◦ ", "▪ "), "☐ ", "☑ ", "─", " │ ", "─┼─")
ASCII = Glyphs("| ", "> ", ("* ", "- ", "+ "), "[ ] ", "[x] ", "-", " | ", "-+-")

_ATTRIBUTES = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "underline": "4",
    "reverse": "7",
    "strike": "9",
}
_COLOURS = {
    "black": "30",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "white": "37",
}


def sgr_parameters(words: str, depth: Depth, *, italics: bool = True) -> str:
    """Where there are no italics, text that is nothing but italic is underlined."""
    if depth is Depth.NOTHING:
        return ""
    if not italics:
        words = "underline" if words == "italic" else words.replace("italic", "")
    shown = _ATTRIBUTES if depth is Depth.ATTRIBUTES else {**_ATTRIBUTES, **_COLOURS}
    return ";".join(shown[word] for word in words.split() if word in shown)


@lru_cache(512)
def joined(outer: str, inner: str) -> str:
    """The style of `inner` within `outer`, both of parts (not of pygments styles)."""
    within = inner.split(";")
    kept = [parameter for parameter in outer.split(";") if parameter not in within]
    return ";".join(parameter for parameter in kept + within if parameter)


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
    """A Look made ready: SGR parameters by part and by token name."""

    def __init__(self, look: Style) -> None:
        self.look = look
        self.glyphs = UNICODE if look.unicode else ASCII
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
