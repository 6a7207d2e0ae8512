"""Macros with arguments. Each takes the reader, which is at the end of the name, and returns
nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from streamchat.core.markdown.maths.arrays import read_layout
from streamchat.core.markdown.maths.chemistry import read_chemistry
from streamchat.core.markdown.maths.halves import HALVED, chosen
from streamchat.core.markdown.maths.line import cells, write_line
from streamchat.core.markdown.maths.macro_names import ALIGNED, CASES, ENVIRONMENTS, NEGATED
from streamchat.core.markdown.maths.nodes import (
    BLANK,
    Accent,
    Braced,
    Fraction,
    Node,
    Radical,
    Rows,
    Scripts,
    Symbol,
    Unformattable,
    Words,
)
from streamchat.core.markdown.maths.physics import PHYSICS, Macro, enclosed
from streamchat.core.markdown.maths.symbols import LINES
from streamchat.core.markdown.maths.units import read_number, read_unit

if TYPE_CHECKING:
    from streamchat.core.markdown.maths.reading import FormulaReader

_escape = re.compile(r"\\([ _%&#$-])")
_unescaped = re.compile(r"(?<!\\)\$")


def read_words(source: str) -> str:
    r"""The text of `\text{…}`. Raises Unformattable for what is more than text."""
    text = _escape.sub(r"\1", source.replace("\\,", " ").replace("~", " "))
    if "\\" in text or _unescaped.search(source):
        raise Unformattable(source)
    return text.replace("{", "").replace("}", "").replace("---", "—").replace("--", "–")


def _fraction(reader: FormulaReader) -> list[Node]:
    reader.optional()
    return [Fraction(reader.argument(), reader.argument())]


def _infix(name: str) -> Macro:
    return lambda reader: [Symbol(name, "infix")]


def _binomial(reader: FormulaReader) -> list[Node]:
    return [chosen(reader.argument(), reader.argument())]


def _root(reader: FormulaReader) -> list[Node]:
    reader.skip_blanks()
    degree = reader.inner(reader.optional())
    return [Radical(reader.argument(), degree)]


def _environment(reader: FormulaReader) -> list[Node]:
    name = reader.verbatim().removesuffix("*")
    if name not in ENVIRONMENTS:
        raise Unformattable(name)
    columns = reader.verbatim() if name in _WITH_COLUMNS else ""
    reader.skip_blanks()
    reader.optional()
    rows, rules = reader.rows()
    if reader.next() != "\\end" or reader.verbatim().removesuffix("*") != name:
        raise Unformattable(f"{name} does not end")
    if name == "eqnarray":
        name, columns = "array", "rcl"
    kind = "aligned" if name in ALIGNED else "cases" if name in CASES else name
    return [Rows(kind, rows, read_layout(columns if name == "array" else "", rules))]


_WITH_COLUMNS = frozenset({"array", "subarray", "alignat", "alignedat"})


def _negated(reader: FormulaReader) -> list[Node]:
    reader.skip_blanks()
    node = reader.one()
    if len(node) != 1 or not isinstance(node[0], Symbol):
        raise Unformattable("not")
    text = node[0].text
    return [Symbol(NEGATED.get(text, f"{text}\u0338"), "relation")]


def _modulo(reader: FormulaReader) -> list[Node]:
    opening, closing = Symbol("(", "open"), Symbol(")", "close")
    return [BLANK, opening, Symbol("mod", "function"), *reader.argument(), closing]


def _tag(reader: FormulaReader) -> list[Node]:
    return [Words(f"  ({read_words(reader.verbatim())})")]


def _stacked(reader: FormulaReader) -> list[Node]:
    return list(reader.inner(reader.verbatim()))


def _invisible(reader: FormulaReader) -> list[Node]:
    """Space as wide as the argument. Ordinary blanks at an end of a line would be cut."""
    return [Words("\N{NO-BREAK SPACE}" * cells(write_line(reader.argument())))]


def _coloured(reader: FormulaReader) -> list[Node]:
    reader.verbatim()
    return [Braced(reader.argument())]


def _above(reader: FormulaReader) -> list[Node]:
    script, base = reader.argument(), reader.argument()
    return [Scripts(base, None, script)]


def _below(reader: FormulaReader) -> list[Node]:
    script, base = reader.argument(), reader.argument()
    return [Scripts(base, script, None)]


def _braced(reader: FormulaReader) -> list[Node]:
    return [Accent("", reader.argument(), every=False, name="brace")]


def _operator(reader: FormulaReader) -> list[Node]:
    return [Braced(reader.argument())]


def _cancelled(reader: FormulaReader) -> list[Node]:
    value, body = reader.argument(), reader.argument()
    struck = Accent(LINES["cancel"], body, every=True, name="cancel")
    return [struck, Symbol("→", "relation"), *value]


def _label(reader: FormulaReader) -> list[Node]:
    return [Words(f"({read_words(reader.verbatim())})")]


def _arrow(sign: str) -> Macro:
    def read(reader: FormulaReader) -> list[Node]:
        below = reader.inner(reader.optional())
        above = reader.argument()
        said = [write_line(part) for part in (above, below) if part]
        arrow = Symbol(sign, "relation")
        if max(map(cells, said), default=0) <= _SHORT:
            return [Scripts((arrow,), below or None, above)]
        # As in chemistry: the words over an arrow would be too small to be read.
        return [Symbol(sign + "".join(f"[{each}]" for each in said if each), "relation")]

    return read


_SHORT = 3  # cells of what is said above an arrow


def _isotope(reader: FormulaReader) -> list[Node]:
    above, below = reader.argument(), reader.argument()
    return [Scripts((), below or None, above or None), *reader.argument()]


def _chemistry(reader: FormulaReader) -> list[Node]:
    return [Words(read_chemistry(reader.verbatim()))]


def _quantity(reader: FormulaReader) -> list[Node]:
    if reader.peek() in ("(", "[", "|"):
        return []  # `\qty(…)`: as high as what it encloses
    reader.optional()
    number, unit = reader.verbatim(), reader.verbatim()
    unit = read_unit(unit)
    return [Words(f"{read_number(number)}{'' if unit in ('°', '%') else ' '}{unit}")]


def _number(reader: FormulaReader) -> list[Node]:
    reader.optional()
    return [Words(read_number(reader.verbatim()))]


def _angle(reader: FormulaReader) -> list[Node]:
    return [Words(f"{read_number(reader.verbatim())}°")]


def _quantity_of_chemistry(reader: FormulaReader) -> list[Node]:
    r"""`\pu{1.2e-3 mol L-1}`"""
    number, _, unit = reader.verbatim().strip().partition(" ")
    if not number[:1].isdigit():
        return [Words(read_unit(f"{number} {unit}".strip()))]
    return [Words(f"{read_number(number)} {read_unit(unit.replace('//', '/'))}".strip())]


def _unit(reader: FormulaReader) -> list[Node]:
    reader.optional()
    return [Words(read_unit(reader.verbatim()))]


_LAPS = ("mathclap", "mathllap", "mathrlap")
MACROS: Mapping[str, Macro] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "sfrac"), _fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _binomial),
    **dict.fromkeys(("overset", "stackrel"), _above),
    **dict.fromkeys(("underbrace", "overbrace"), _braced),
    **dict.fromkeys(("mathop", "ensuremath", "smash", *_LAPS), _operator),
    "cancelto": _cancelled,
    "eqref": _label,
    **dict.fromkeys(("xrightarrow", "xlongrightarrow"), _arrow("→")),
    "xleftarrow": _arrow("←"),
    "xleftrightarrow": _arrow("↔"),
    "xRightarrow": _arrow("⇒"),
    "xmapsto": _arrow("↦"),
    "xrightleftharpoons": _arrow("⇌"),
    **PHYSICS,
    "abs": enclosed("|", "|"),
    "norm": enclosed("‖", "‖"),
    "set": enclosed("{", "}"),
    "ceil": enclosed("⌈", "⌉"),
    "floor": enclosed("⌊", "⌋"),
    "prescript": _isotope,
    **dict.fromkeys(("textcolor", "colorbox", "href"), _coloured),
    **dict.fromkeys(("SI", "qty"), _quantity),
    **{name: _infix(name) for name in HALVED},
    "substack": _stacked,
    "sqrt": _root,
    "begin": _environment,
    "not": _negated,
    "pmod": _modulo,
    "tag": _tag,
    "underset": _below,
    "ce": _chemistry,
    "num": _number,
    "ang": _angle,
    **dict.fromkeys(("unit", "si"), _unit),
    **dict.fromkeys(("phantom", "hphantom"), _invisible),
    "pu": _quantity_of_chemistry,
}
