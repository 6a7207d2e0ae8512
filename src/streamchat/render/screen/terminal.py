"""What the terminal can do, and how large it is.

Owns the reading of TERM and its kin. The environment mapping and the stream are given.
Rule: what is not known to work is not used; a size that makes no sense is 80 x 24.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TextIO

from streamchat.core.theme import theme_named
from streamchat.render.style import Depth, Style

FALLBACK_WIDTH = 80
FALLBACK_HEIGHT = 24

_DUMB = frozenset({"", "dumb", "unknown"})
_MODERN_TERMS = ("kitty", "alacritty", "foot", "ghostty", "wezterm", "contour", "rio")
_MODERN_PROGRAMS = frozenset(
    {"iterm.app", "wezterm", "vscode", "ghostty", "hyper", "tabby", "rio", "warpterminal"}
)
_MODERN_MARKS = ("KITTY_WINDOW_ID", "WT_SESSION", "VTE_VERSION", "KONSOLE_VERSION")
_COLOURLESS_TERMS = ("vt100", "vt102", "vt220", "vt320")
_FORCED_DEPTHS = {
    "0": Depth.ATTRIBUTES,
    "false": Depth.ATTRIBUTES,
    "2": Depth.COLOURS_256,
    "3": Depth.TRUE_COLOUR,
}


class Size(NamedTuple):
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Terminal:
    """What can be shown. `live` says that the cursor may be moved; `reflows`, that rows
    are known to be re-wrapped when the window gets narrower."""

    tty: bool
    live: bool
    depth: Depth
    hyperlinks: bool
    unicode: bool
    reflows: bool

    def look(self, theme: str) -> Style:
        """This terminal in the colours of the theme of that name."""
        return Style(theme_named(theme), self.depth, self.hyperlinks, self.unicode)


def read_terminal(stream: TextIO, environ: Mapping[str, str]) -> Terminal:
    """`ACCESSIBLE` (set to anything but "" and "0") asks for text that stays where it is."""
    tty = stream.isatty()
    dumb = environ.get("TERM", "").lower() in _DUMB
    accessible = environ.get("ACCESSIBLE", "0") not in ("", "0")
    live = tty and not dumb and not accessible
    modern = _is_modern(environ)
    return Terminal(
        tty=tty,
        live=live,
        depth=_depth(environ) if live else Depth.NOTHING,
        hyperlinks=live and modern and not environ.get("TMUX"),
        unicode=(stream.encoding or "ascii").lower().replace("-", "").startswith("utf"),
        reflows=modern or bool(environ.get("TMUX")) or _program(environ) == "apple_terminal",
    )


def measure_window(stream: TextIO, environ: Mapping[str, str]) -> Size:
    """The window's size now; COLUMNS and LINES only where the terminal does not say,
    since exported ones go stale when the window is resized."""
    try:
        width, height = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):  # no terminal, no file, or closed
        width = height = 0
    return Size(
        width or _count(environ.get("COLUMNS")) or FALLBACK_WIDTH,
        height or _count(environ.get("LINES")) or FALLBACK_HEIGHT,
    )


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and text.isascii() else 0


def _program(environ: Mapping[str, str]) -> str:
    return environ.get("TERM_PROGRAM", "").lower()


def _is_modern(environ: Mapping[str, str]) -> bool:
    term = environ.get("TERM", "").lower()
    return (
        any(name in term for name in _MODERN_TERMS)
        or _program(environ) in _MODERN_PROGRAMS
        or any(environ.get(mark) for mark in _MODERN_MARKS)
    )


def _depth(environ: Mapping[str, str]) -> Depth:
    if environ.get("NO_COLOR"):
        return Depth.ATTRIBUTES
    forced = environ.get("FORCE_COLOR", "")
    if forced in _FORCED_DEPTHS:
        return _FORCED_DEPTHS[forced]
    found = _depth_of_term(environ)
    return max(found, Depth.COLOURS_16) if forced else found


def _depth_of_term(environ: Mapping[str, str]) -> Depth:
    term = environ.get("TERM", "").lower()
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or "direct" in term:
        return Depth.TRUE_COLOUR
    if any(name in term for name in _MODERN_TERMS):
        return Depth.TRUE_COLOUR
    if "256" in term:
        return Depth.COLOURS_256
    if term in _COLOURLESS_TERMS or term.endswith(("-m", "-mono")):
        return Depth.ATTRIBUTES
    return Depth.COLOURS_16
