"""Styles for kinds of tokens.

Owns the choice between a pygments style (256 colours and more) and the theme's own
colours.
"""

from __future__ import annotations

import difflib

from pygments.style import StyleMeta
from pygments.styles import get_all_styles, get_style_by_name
from pygments.token import Token
from pygments.util import ClassNotFound

from streamchat.core.theme import THEMES
from streamchat.render.cells import TAB_CELLS
from streamchat.render.code.lexing import LexedLine
from streamchat.render.code.token_types import TokenType
from streamchat.render.spans import Line, Span
from streamchat.render.style import Depth, Palette, rgb_parameters

_ATTRIBUTES = {"bold": "1", "italic": "3", "underline": "4"}


class Colours:
    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._style = _pygments_style(palette)
        self._known: dict[TokenType, str] = {}

    def of(self, kind: TokenType) -> str:
        style = self._known.get(kind)
        if style is None:
            style = self._known[kind] = self._found(kind)
        return style

    def line(self, text: str, lexed: LexedLine) -> Line:
        """Plain if the text was not lexed."""
        if not lexed.tokens:
            return [Span(text.expandtabs(TAB_CELLS))]
        spans = []
        run, looks = "", ""
        for kind, value in lexed.tokens:
            style = self.of(kind)
            if style != looks and run:
                spans.append(Span(run, looks))
                run = ""
            run, looks = run + value, style
        spans.append(Span(run, looks))
        return _without_tabs(spans) if "\t" in text else spans

    def _found(self, kind: TokenType) -> str:
        if self._style is None:
            return self._palette.token(".".join(kind))
        try:
            wanted = self._style.style_for_token(kind)
        except KeyError:  # a lexer's own kind, which no style knows
            return self.of(kind.parent or Token)
        attributes = [name for name in _ATTRIBUTES if wanted[name]]  # type: ignore[literal-required]
        if "italic" in attributes and not self._palette.look.italics:
            attributes.remove("italic")
        parameters = [_ATTRIBUTES[name] for name in attributes]
        # Text in the style's own foreground keeps the user's.
        if wanted["color"] and wanted["color"] != self._style.style_for_token(Token)["color"]:
            parameters.append(rgb_parameters(wanted["color"], self._palette.look.depth))
        return ";".join(parameters)


def _without_tabs(spans: Line) -> Line:
    """Tabs become blanks up to the next stop, after lexing."""
    column = 0
    expanded = []
    for text, style, link in spans:
        ahead = "x" * (column % TAB_CELLS)  # so that stops are counted from the line's start
        text = (ahead + text).expandtabs(TAB_CELLS)[len(ahead) :]
        expanded.append(Span(text, style, link))
        column += len(text)
    return expanded


def _pygments_style(palette: Palette) -> StyleMeta | None:
    name = palette.look.theme.code
    if name is None or palette.look.depth < Depth.COLOURS_256:
        return None
    try:
        return get_style_by_name(name)
    except ClassNotFound:
        return None


def is_code_style(name: str) -> bool:
    """Whether pygments has a style of this name."""
    try:
        get_style_by_name(name)
    except ClassNotFound:
        return False
    return True


def list_code_styles() -> list[str]:
    """The names of the styles that pygments has and that no theme has."""
    return sorted(set(get_all_styles()) - set(THEMES))


def nearest_style(name: str) -> str:
    """The theme or the style with the most similar name; "" if none is similar."""
    known = [*THEMES, *get_all_styles()]
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.5)), "")
