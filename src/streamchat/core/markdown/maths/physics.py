r"""Macros of LaTeX's physics package, and of braket: `\pdv{f}{x}{y}`, `\mel{a}{H}{b}`.

Each takes the reader, which is at the end of the name, and returns nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from streamchat.core.markdown.maths.nodes import Fraction, Node, Scripts, Symbol

if TYPE_CHECKING:
    from streamchat.core.markdown.maths.reading import FormulaReader

Macro: TypeAlias = "Callable[[FormulaReader], list[Node]]"
Group: TypeAlias = "tuple[Node, ...]"


def enclosed(opening: str, closing: str) -> Macro:
    return lambda reader: _in(opening, closing, reader.argument())


def _in(opening: str, closing: str, *parts: Group, between: str = "") -> list[Node]:
    nodes: list[Node] = [Symbol(opening, "open")]
    for number, part in enumerate(parts):
        if number:
            nodes.append(Symbol(between, "comma" if between == ", " else "operand"))
        nodes += part
    return [*nodes, Symbol(closing, "close")]


def _arguments(reader: FormulaReader, most: int) -> list[Group]:
    """One argument, and further ones in braces."""
    found = [reader.argument()]
    while len(found) < most and reader.peek() == "{":
        found.append(reader.argument())
    return found


def _expectation(reader: FormulaReader) -> list[Node]:
    r"""`\ev{A}` as ⟨A⟩, `\ev{A}{ψ}` as ⟨ψ|A|ψ⟩."""
    operator, *state = _arguments(reader, 2)
    parts = (state[0], operator, state[0]) if state else (operator,)
    return _in("⟨", "⟩", *parts, between="|")


def _matrix_element(reader: FormulaReader) -> list[Node]:
    return _in("⟨", "⟩", *_arguments(reader, 3), between="|")


def _product(reader: FormulaReader) -> list[Node]:
    return _in("⟨", "⟩", *_arguments(reader, 2), between="|")


def _bra(reader: FormulaReader) -> list[Node]:
    r"""`\bra{a}\ket{b}` is a product with one bar."""
    state = reader.argument()
    if reader.peek() != "\\ket":
        return _in("⟨", "|", state)
    reader.next()
    return _in("⟨", "⟩", state, reader.argument(), between="|")


def _ket_bra(reader: FormulaReader) -> list[Node]:
    ket, bra = reader.argument(), reader.argument()
    bar = Symbol("|", "operand")
    return [bar, *ket, Symbol("⟩⟨", "operand"), *bra, bar]


def _commutator(opening: str, closing: str) -> Macro:
    return lambda reader: _in(
        opening, closing, reader.argument(), reader.argument(), between=", "
    )


def _order(reader: FormulaReader) -> list[Node]:
    return [Symbol("𝒪", "operand"), *_in("(", ")", reader.argument())]


def _derivative(sign: Symbol) -> Macro:
    r"""`\dv[2]{f}{x}`, `\pdv{f}{x}{y}`; `\dv{x}` is d/dx."""

    def read(reader: FormulaReader) -> list[Node]:
        order = reader.inner(reader.optional()) or None
        above, *below = _arguments(reader, 3)
        if not below:
            above, below = (), [above]
        if len(below) > 1:
            order = (Symbol(str(len(below)), "operand"),)
        power: Group = (Scripts((sign,), None, order),) if order else (sign,)
        under: list[Node] = []
        for variable in below:
            is_raised = order is not None and len(below) == 1
            under += (sign, Scripts(variable, None, order)) if is_raised else (sign, *variable)
        return [Fraction((*power, *above), tuple(under))]

    return read


PHYSICS: Mapping[str, Macro] = {
    **dict.fromkeys(("expval", "ev"), _expectation),
    **dict.fromkeys(("mel", "matrixel"), _matrix_element),
    **dict.fromkeys(("braket", "innerproduct"), _product),
    **dict.fromkeys(("ketbra", "dyad", "op"), _ket_bra),
    **dict.fromkeys(("comm", "commutator"), _commutator("[", "]")),
    **dict.fromkeys(("acomm", "pb"), _commutator("{", "}")),
    **dict.fromkeys(("dv", "odv"), _derivative(Symbol("d", "operand"))),
    "pdv": _derivative(Symbol("∂", "letter")),
    "ket": enclosed("|", "⟩"),
    "bra": _bra,
    "order": _order,
}
