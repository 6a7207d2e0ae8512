"""What the terminal can do: one value that the whole program uses.

The only place that reads TERM and related variables. It knows no file descriptor and no
size; the environment and the stream are arguments.

Rules: a feature that is not known to work is not used. TERM comes first, because a terminal
that was started from another one inherits its variables. A dumb terminal (TERM is unset,
empty, "unknown" or begins with "dumb") gets no escape sequences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Protocol


class Depth(IntEnum):
    """How much a terminal can display, least first."""

    NOTHING = 0  # no escape sequence at all
    ATTRIBUTES = 1  # bold, italic, underline; NO_COLOR asks for it
    COLOURS_16 = 2
    COLOURS_256 = 3
    TRUE_COLOUR = 4


class Joins(Enum):
    """Which characters a terminal draws as one, and moves its cursor accordingly."""

    NOTHING = "each is drawn by itself"
    JOINER = "U+200D joins the next one to the one before"
    SELECTORS = "variation selectors, skin tones and the letters of a flag"
    GRAPHEMES = "graphemes, as Unicode defines them"


class Background(Enum):
    """The background of the terminal."""

    UNKNOWN = "unknown"
    DARK = "dark"
    LIGHT = "light"


class OutputStream(Protocol):
    """What is needed of a stream; a TextIO fits."""

    @property
    def encoding(self) -> str: ...
    def isatty(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known about a terminal program, from measurements or its manual."""

    true_colour: bool = False
    italics: bool = True
    hyperlinks: bool = False  # OSC 8
    reflows: bool = False  # re-wraps the rows on the screen when the window gets narrower
    deletes_rows: bool = False  # a deleted row does not enter the scrollback
    keeps_wraps: bool = False  # an erased row still counts as wrapped into the next one
    cuts_unscrolled: bool = False  # a lower window loses the last rows, if nothing has scrolled
    keeps_erased: bool = False  # an erased end of a row still counts when the row is re-wrapped
    synchronizes: bool = False  # mode 2026 makes a frame appear at once
    joins: Joins = Joins.NOTHING


@dataclass(frozen=True, slots=True)
class Terminal:
    """What one stream can display. All flags are off if it is not a terminal."""

    term: str  # TERM, in lower case
    program: str  # "kitty", "tmux", …; "" if it is not recognised
    is_tty: bool
    has_escapes: bool  # escape sequences may be written
    is_live: bool  # the cursor may be moved over what was written; not for screen readers
    depth: Depth
    unicode: bool
    takes_osc: bool  # obeys or skips operating system commands; the Linux console prints some
    in_tmux: bool
    in_screen: bool
    traits: Traits
    background: Background = Background.UNKNOWN
    is_accessible: bool = False  # for screen readers and magnifiers: text in words
    wants_grapheme_mode: bool = False  # draws graphemes as one once mode 2027 is set

    @property
    def is_append_only(self) -> bool:
        """Whether written text may never change, so that no prompt is drawn again."""
        return not self.has_escapes or self.is_accessible

    @property
    def may_have_keyboard_protocol(self) -> bool:
        """Whether it may be asked for the keyboard protocol of kitty. Some terminals take
        the question for another sequence."""
        return self.program in _WITH_KEYBOARD_PROTOCOL


_WITH_KEYBOARD_PROTOCOL = frozenset(
    {"alacritty", "contour", "foot", "ghostty", "iterm.app", "kitty", "rio", "wezterm"}
)
_MODERN = Traits(true_colour=True, hyperlinks=True, reflows=True)
_XTERM_JS = replace(_MODERN, deletes_rows=True)
_SYNCHRONIZED = replace(_MODERN, synchronizes=True)
_COMPLETE = replace(_SYNCHRONIZED, joins=Joins.GRAPHEMES)
_UNKNOWN = Traits()
_TRAITS: Mapping[str, Traits] = {
    "alacritty": _SYNCHRONIZED,
    "apple_terminal": Traits(reflows=True),
    "contour": _COMPLETE,
    "foot": _COMPLETE,
    "ghostty": _COMPLETE,
    "hyper": _XTERM_JS,
    "iterm.app": _COMPLETE,
    # Graphemes from version 0.42 on, but the environment does not tell the version.
    "kitty": replace(_SYNCHRONIZED, deletes_rows=True, joins=Joins.SELECTORS),
    "konsole": _MODERN,
    "rio": _MODERN,
    "rxvt": Traits(reflows=True, deletes_rows=True, cuts_unscrolled=True),
    # GNU screen shows italics as reverse video.
    "screen": Traits(italics=False, reflows=True, deletes_rows=True, keeps_wraps=True),
    "st": Traits(deletes_rows=True),
    "tabby": _XTERM_JS,
    "tmux": Traits(reflows=True, deletes_rows=True, keeps_erased=True, joins=Joins.JOINER),
    "vscode": replace(_XTERM_JS, synchronizes=True),
    # GNOME Terminal and its kin; mode 2026 makes some of them flash.
    "vte": replace(_MODERN, deletes_rows=True),
    "warpterminal": _MODERN,
    "wezterm": _COMPLETE,
    "windows-terminal": _MODERN,
    "xterm": Traits(deletes_rows=True),
}
# A part of TERM names these; "xterm" and "screen" can precede another name.
_NAMED_BY_TERM = (
    *("alacritty", "contour", "foot", "ghostty", "kitty", "konsole", "linux", "rio", "rxvt"),
    *("st", "tmux", "vte", "wezterm"),
)
# A variable that each sets for its children, the most telling first.
_NAMED_BY_VARIABLE = {
    "XTERM_VERSION": "xterm",
    "VTE_VERSION": "vte",
    "KONSOLE_VERSION": "konsole",
    "WT_SESSION": "windows-terminal",
}
_ALSO_NAMED_BY_VARIABLE = {"KITTY_WINDOW_ID": "kitty", "ALACRITTY_WINDOW_ID": "alacritty"}
_COLOURLESS_TERM = re.compile(r"vt(100|102|220|320)$|.*-m(ono)?$")
_FEW_COLOURS_TERM = re.compile(r".*-(8|16)?color$")
_LIGHT_COLOURS = (7, *range(9, 16))
_WITHOUT_OSC = re.compile(r"linux|vt\d+|cons\d+|sun|eterm|ansi|cygwin")
_FORCED_DEPTHS = {
    "0": Depth.ATTRIBUTES,
    "false": Depth.ATTRIBUTES,
    "2": Depth.COLOURS_256,
    "3": Depth.TRUE_COLOUR,
}


def read_terminal(stream: OutputStream, environ: Mapping[str, str]) -> Terminal:
    """The terminal of `stream`. `ACCESSIBLE` (anything but "" and "0") asks for text that
    is only appended."""
    term = environ.get("TERM", "").lower()
    is_tty = stream.isatty()
    has_escapes = is_tty and not _is_dumb(term)
    is_accessible = has_escapes and environ.get("ACCESSIBLE", "0") not in ("", "0")
    is_live = has_escapes and not is_accessible
    program = _recognised(term, environ) if has_escapes else ""
    traits = _TRAITS.get(program, _UNKNOWN)
    return Terminal(
        term=term,
        program=program,
        is_tty=is_tty,
        has_escapes=has_escapes,
        is_live=is_live,
        depth=_depth(term, program, traits, environ) if is_live else Depth.NOTHING,
        unicode=is_unicode(stream.encoding),
        takes_osc=has_escapes and not _WITHOUT_OSC.match(term),
        in_tmux=has_escapes and bool(environ.get("TMUX")),
        in_screen=has_escapes and (program == "screen" or bool(environ.get("STY"))),
        traits=traits,
        background=_told_background(environ) if has_escapes else Background.UNKNOWN,
        is_accessible=is_accessible,
    )


def _is_dumb(term: str) -> bool:
    """Whether a terminal of this name understands no escape sequences."""
    return term in ("", "unknown") or term.startswith("dumb")


def is_unicode(encoding: str | None) -> bool:
    """Whether this encoding has every character."""
    return (encoding or "ascii").lower().replace("-", "").startswith("utf")


def _recognised(term: str, environ: Mapping[str, str]) -> str:
    """The name of the program, as in _TRAITS; "" if unknown."""
    parts = re.split(r"[-.+]", term)
    if parts[0] == "screen":  # GNU screen, or tmux as it was set up for many years
        is_tmux = environ.get("TMUX") and not environ.get("STY")
        return "tmux" if is_tmux else "screen"
    named = next((part for part in parts if part in _NAMED_BY_TERM), "")
    if named:
        return named
    if environ.get("TMUX"):
        return "tmux"
    if environ.get("STY"):
        return "screen"
    by_variable = _set_in(environ, _NAMED_BY_VARIABLE)
    program = environ.get("TERM_PROGRAM", "").lower()
    if by_variable or program in _TRAITS:
        return by_variable or program
    return _set_in(environ, _ALSO_NAMED_BY_VARIABLE)


def _told_background(environ: Mapping[str, str]) -> Background:
    """COLORFGBG ends in the number of the background among the 16 colours."""
    number = environ.get("COLORFGBG", "").rpartition(";")[2]
    if not (number.isascii() and number.isdecimal() and int(number[:4]) < 16):
        return Background.UNKNOWN
    return Background.LIGHT if int(number) in _LIGHT_COLOURS else Background.DARK


def _set_in(environ: Mapping[str, str], names: Mapping[str, str]) -> str:
    return next((name for variable, name in names.items() if environ.get(variable)), "")


def _depth(term: str, program: str, traits: Traits, environ: Mapping[str, str]) -> Depth:
    if environ.get("NO_COLOR"):
        return Depth.ATTRIBUTES
    forced = environ.get("FORCE_COLOR", "")
    if forced in _FORCED_DEPTHS:
        return _FORCED_DEPTHS[forced]
    has_24_bits = environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    found = _depth_of(term, true_colour=traits.true_colour or has_24_bits)
    if program == "screen":  # COLORTERM speaks of the terminal around it
        found = min(found, Depth.COLOURS_256 if "256" in term else Depth.COLOURS_16)
    return max(found, Depth.COLOURS_16) if forced else found


def _depth_of(term: str, *, true_colour: bool) -> Depth:
    if _COLOURLESS_TERM.match(term):
        return Depth.ATTRIBUTES
    if _FEW_COLOURS_TERM.match(term):
        return Depth.COLOURS_16
    if true_colour or "direct" in term:
        return Depth.TRUE_COLOUR
    return Depth.COLOURS_256 if "256" in term else Depth.COLOURS_16
