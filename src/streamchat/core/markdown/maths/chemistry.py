r"""Chemical formulas as `\ce{…}` writes them: `H2O`, `SO4^2-`, `2H2 + O2 -> 2H2O`."""

from __future__ import annotations

import re

from streamchat.core.markdown.maths.nodes import Unformattable
from streamchat.core.markdown.maths.symbols import LETTERS
from streamchat.core.markdown.scripts import (
    SUBSCRIPTS,
    SUPERSCRIPTS,
    subscript,
    superscript,
)

STATES = frozenset({"(s)", "(l)", "(g)", "(aq)"})  # solid, liquid, gas, dissolved
_ARROWS = (
    *(("<=>>", "⇌"), ("<<=>", "⇌"), ("<=>", "⇌"), ("<-->", "⇄"), ("<->", "↔")),
    *(("->", "→"), ("<-", "←")),
)
_BONDS = {"-": "-", "=": "=", "#": "≡"}
_LEAVES = {"^": "↑", "v": "↓"}  # as a gas, or as a solid
_leaving = re.compile(r" ([\^v])(?=\s|\Z)")
_isotope = re.compile(r"\^\{?([0-9]+)\}?_\{?(-?[0-9]+)\}?(?=[A-Za-z\\])")
_radical = re.compile(r"\^\{?(?:\.|\\bullet)\}?|(?:(?<=[A-Z0-9)])|(?<=[A-Z][a-z]))\.(?=\s|\Z)")
_charge = re.compile(r"\^(?:\{([^{}\s]+)\}|([0-9]*[+-]|[0-9n]+))")
_bare_charge = re.compile(r"(?<=[A-Za-z0-9\])])([+-])(?=\s|[(\])}]|\Z)")
_lowered = re.compile(r"_(?:\{([^{}\s]+)\}|([A-Za-z0-9]))")
_count = re.compile(r"(?<=[A-Za-z)\]])([0-9]+)")
_degree = re.compile(r"\^\{?\\circ\}?\s*")
_water = re.compile(r"(?:(?<=[A-Za-z)\]])|(?<=[A-Za-z)\]][0-9]))(?: *\* *|\.)(?=[0-9]*[A-Z])")
_bond = re.compile(r"\\bond\{([-=#])\}|(?<=[A-Za-z0-9)])(#)(?=[A-Z(])")
_words = re.compile(r"\\(?:text|mathrm|mathit)\{([^{}\\]*)\}")
_macro = re.compile(r"\\([A-Za-z]+)")


def read_chemistry(source: str) -> str:
    """Raises Unformattable."""
    text = _words.sub(r"\1", _degree.sub("°", source.replace("\\,", " ")))
    text = _bond.sub(lambda match: _BONDS[match[1] or match[2]], _water.sub("·", text))
    for written, shown in _ARROWS:
        text = text.replace(written, shown)
    text = _leaving.sub(lambda match: _LEAVES[match[1]], _radical.sub("•", text))
    text = _isotope.sub(_raised_and_lowered, text)
    text = _charge.sub(_raised, text)
    text = _bare_charge.sub(lambda match: match[1].translate(SUPERSCRIPTS), text)
    text = _count.sub(lambda match: match[1].translate(SUBSCRIPTS), _lowered.sub(_low, text))
    text = _macro.sub(lambda match: LETTERS.get(match[1], match[0]), text)
    if re.search(r"[\\${}^_]", text):
        raise Unformattable(source)
    return text


def _raised_and_lowered(match: re.Match[str]) -> str:
    return match[1].translate(SUPERSCRIPTS) + match[2].translate(SUBSCRIPTS)


def _raised(match: re.Match[str]) -> str:
    return superscript(match[1] or match[2]) or match[0]


def _low(match: re.Match[str]) -> str:
    text = match[1] or match[2]
    return text if text in STATES else subscript(text) or match[0]
