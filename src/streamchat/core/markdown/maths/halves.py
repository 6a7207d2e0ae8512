r"""Macros that stand between their halves, `a \over b`, and what the halves become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import TypeAlias, TypeGuard

from streamchat.core.markdown.maths.nodes import (
    Braced,
    Fraction,
    Node,
    Rows,
    Symbol,
    Unformattable,
    is_blank,
)
from streamchat.core.markdown.maths.shapes import bracket

Halving: TypeAlias = Callable[[tuple[Node, ...], tuple[Node, ...]], Node]

_MOST = 24  # in one group


def chosen(above: tuple[Node, ...], below: tuple[Node, ...]) -> Node:
    """Above over below in parentheses: C(n, k)."""
    comma = Symbol(", ", "comma")
    halves = (*_trimmed(above), comma, *_trimmed(below))
    return Braced((Symbol("C(", "open"), *halves, Symbol(")", "close")))


def _halves_in_rows(kind: str) -> Halving:
    return lambda above, below: Rows(kind, ((_trimmed(above),), (_trimmed(below),)))


HALVED: Mapping[str, Halving] = {
    "over": Fraction,
    "choose": chosen,
    "atop": _halves_in_rows("matrix"),
    "brace": _halves_in_rows("Bmatrix"),
    "brack": _halves_in_rows("bmatrix"),
}


def _trimmed(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Without blanks at the ends."""
    shown = [at for at, node in enumerate(nodes) if not is_blank(node)]
    return nodes[shown[0] : shown[-1] + 1] if shown else ()


def join_halves(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    r"""Apply what stands between its halves, `a \over b`, the innermost first. They reach to
    the brackets around them."""
    for _ in range(_MOST):
        depths = accumulate(map(bracket, nodes))
        infixes = [
            (depth, -at, node.text)
            for at, (depth, node) in enumerate(zip(depths, nodes, strict=True))
            if _is_infix(node)
        ]
        if not infixes:
            return nodes
        _, before, name = max(infixes)
        at = -before
        start = at - _count_enclosed(nodes[:at][::-1], 1)
        end = at + 1 + _count_enclosed(nodes[at + 1 :], -1)
        above, below = nodes[start:at], nodes[at + 1 : end]
        if any(map(_is_infix, (*above, *below))):
            break
        nodes = (*nodes[:start], HALVED[name](above, below), *nodes[end:])
    raise Unformattable("halves are ambiguous, or too many")


def _is_infix(node: Node) -> TypeGuard[Symbol]:
    return isinstance(node, Symbol) and node.role == "infix"


def _count_enclosed(nodes: tuple[Node, ...], outward: int) -> int:
    """How many nodes come before the bracket that encloses them. `outward` is what that
    bracket counts: 1 if it opens, -1 if it closes."""
    depth = 0
    for number, node in enumerate(nodes):
        depth += outward * bracket(node)
        if depth > 0:
            return number
    return len(nodes)
