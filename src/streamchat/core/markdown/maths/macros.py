"""Macros with arguments. Each takes the reader, which is at the end of the name, and returns
nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from streamchat.core.markdown.maths.chemistry import read_chemistry
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
    is_blank,
)
from streamchat.core.markdown.maths.units import read_number, read_unit

if TYPE_CHECKING:
    from streamchat.core.markdown.maths.reading import FormulaReader

Macro: TypeAlias = "Callable[[FormulaReader], list[Node]]"

_escape = re.compile(r"\\([ _%&#-])")


def read_words(source: str) -> str:
    r"""The text of `\text{…}`. Raises Unformattable for what is more than text."""
    text = _escape.sub(r"\1", source.replace("\\,", " ").replace("~", " "))
    if "\\" in text or "$" in text:
        raise Unformattable(source)
    return text.replace("{", "").replace("}", "").replace("--", "–")


def chosen(above: tuple[Node, ...], below: tuple[Node, ...]) -> Node:
    """Above over below in parentheses: C(n, k)."""
    comma = Symbol(", ", "comma")
    halves = (*_trimmed(above), comma, *_trimmed(below))
    return Braced((Symbol("C(", "open"), *halves, Symbol(")", "close")))


HALVED: Mapping[str, Callable[[tuple[Node, ...], tuple[Node, ...]], Node]] = {
    "over": Fraction,
    "choose": chosen,
    "atop": lambda above, below: Rows("matrix", ((_trimmed(above),), (_trimmed(below),))),
}


def _trimmed(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Without blanks at the ends."""
    shown = [at for at, node in enumerate(nodes) if not is_blank(node)]
    return nodes[shown[0] : shown[-1] + 1] if shown else ()


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
    if name in ("array", "alignat", "alignedat"):
        reader.verbatim()
    reader.skip_blanks()
    reader.optional()
    rows = reader.rows()
    if reader.next() != "\\end" or reader.verbatim().removesuffix("*") != name:
        raise Unformattable(f"{name} does not end")
    kind = "aligned" if name in ALIGNED else "cases" if name in CASES else name
    return [Rows(kind, rows)]


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


def _arrow(sign: str) -> Macro:
    def read(reader: FormulaReader) -> list[Node]:
        below = reader.inner(reader.optional()) or None
        return [Scripts((Symbol(sign, "relation"),), below, reader.argument())]

    return read


def _enclosed(opening: str, closing: str) -> Macro:
    def read(reader: FormulaReader) -> list[Node]:
        body = [*reader.argument()]
        if reader.peek() == "{":  # `\braket{a}{b}`
            body += [Symbol("|", "sign"), *reader.argument()]
        return [Symbol(opening, "open"), *body, Symbol(closing, "close")]

    return read


def _ket_bra(reader: FormulaReader) -> list[Node]:
    ket, bra = reader.argument(), reader.argument()
    bar = Symbol("|", "operand")
    return [bar, *ket, Symbol("⟩⟨", "operand"), *bra, bar]


def _isotope(reader: FormulaReader) -> list[Node]:
    above, below = reader.argument(), reader.argument()
    return [Scripts((), below or None, above or None), *reader.argument()]


def _derivative(sign: Symbol) -> Macro:
    r"""`\dv[2]{f}{x}`"""

    def read(reader: FormulaReader) -> list[Node]:
        order = reader.inner(reader.optional()) or None
        above = reader.argument()
        below = reader.argument() if reader.peek() == "{" else ()
        if not below:
            above, below = (), above
        power: tuple[Node, ...] = (Scripts((sign,), None, order),) if order else (sign,)
        under: tuple[Node, ...] = (Scripts(below, None, order),) if order else below
        return [Fraction((*power, *above), (sign, *under))]

    return read


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


def _unit(reader: FormulaReader) -> list[Node]:
    reader.optional()
    return [Words(read_unit(reader.verbatim()))]


MACROS: Mapping[str, Macro] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "sfrac"), _fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _binomial),
    **dict.fromkeys(("overset", "stackrel"), _above),
    **dict.fromkeys(("underbrace", "overbrace"), _braced),
    **dict.fromkeys(("mathop", "ensuremath"), _operator),
    **dict.fromkeys(("xrightarrow", "xlongrightarrow"), _arrow("→")),
    "xleftarrow": _arrow("←"),
    "xleftrightarrow": _arrow("↔"),
    "xRightarrow": _arrow("⇒"),
    "xmapsto": _arrow("↦"),
    "xrightleftharpoons": _arrow("⇌"),
    **dict.fromkeys(("braket", "expval", "ev"), _enclosed("⟨", "⟩")),
    "ket": _enclosed("|", "⟩"),
    "bra": _enclosed("⟨", "|"),
    "ketbra": _ket_bra,
    "abs": _enclosed("|", "|"),
    "norm": _enclosed("‖", "‖"),
    "set": _enclosed("{", "}"),
    "ceil": _enclosed("⌈", "⌉"),
    "floor": _enclosed("⌊", "⌋"),
    **dict.fromkeys(("dv", "odv"), _derivative(Symbol("d", "operand"))),
    "pdv": _derivative(Symbol("∂", "letter")),
    "prescript": _isotope,
    **dict.fromkeys(("textcolor", "colorbox"), _coloured),
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
    **dict.fromkeys(("unit", "si", "pu"), _unit),
}
