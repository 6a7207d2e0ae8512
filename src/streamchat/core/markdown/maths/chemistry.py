r"""Chemical formulas as `\ce{…}` writes them: `H2O`, `SO4^2-`, `2H2 + O2 -> 2H2O`."""

from __future__ import annotations

import re

from streamchat.core.markdown.maths.nodes import Unformattable
from streamchat.core.markdown.scripts import SUBSCRIPTS, SUPERSCRIPTS, superscript

_ARROWS = (("<=>", "⇌"), ("<->", "↔"), ("->", "→"), ("<-", "←"))
_charge = re.compile(r"\^\{?([0-9]*[+-]|[0-9n]+)\}?")
_bare_charge = re.compile(r"(?<=[A-Za-z\])])([+-])(?=\s|\Z)")
_count = re.compile(r"(?<=[A-Za-z)\]])_?\{?([0-9]+)\}?")


def read_chemistry(source: str) -> str:
    """Raises Unformattable."""
    text = source
    for written, shown in _ARROWS:
        text = text.replace(written, shown)
    text = _charge.sub(lambda match: superscript(match[1]) or match[0], text)
    text = _bare_charge.sub(lambda match: match[1].translate(SUPERSCRIPTS), text)
    text = _count.sub(lambda match: match[1].translate(SUBSCRIPTS), text)
    if re.search(r"[\\${}^_]", text):
        raise Unformattable(source)
    return text
