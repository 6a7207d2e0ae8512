"""Shapes of expressions: which of them need parentheses, and where."""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.core.markdown.maths.nodes import (
    QUAD,
    Bold,
    Braced,
    Fraction,
    Node,
    Rows,
    Scripts,
    Symbol,
    Words,
    is_blank,
)


def is_atom(nodes: Sequence[Node]) -> bool:
    """Whether it needs no parentheses wherever it is."""
    kept = [node for node in nodes if not is_blank(node)]
    if len(kept) > 1 and kept[-1] == Symbol("!", "close"):
        kept.pop()
    if len(kept) != 1:
        return is_fenced(kept) or _is_call(kept)
    match kept[0]:
        case Braced(body) | Bold(body):
            return is_atom(body)
        case Fraction():
            return False
        case Words(text):
            return not set(" ·*/") & set(text.strip())
        case Symbol(role=role):
            return role in ("operand", "letter")
        case _:
            return True


def is_fenced(nodes: Sequence[Node]) -> bool:
    """`(…)` or `|…|`, and nothing beside it."""
    if _is_in_bars(nodes):
        return True
    depth = 0
    for number, node in enumerate(nodes):
        depth += bracket(node)
        if depth == 0:
            return number == len(nodes) - 1 and number > 0
    return False


def _is_in_bars(nodes: Sequence[Node]) -> bool:
    """The closing bar may have scripts."""
    plain = [n.base[0] if isinstance(n, Scripts) and len(n.base) == 1 else n for n in nodes]
    bars = [at for at, node in enumerate(plain) if node in _BARS]
    return len(plain) > 2 and bars == [0, len(plain) - 1] and plain[0] == plain[-1]


_BARS = (Symbol("|", "sign"), Symbol("‖", "sign"))


def is_inference(node: Fraction) -> bool:
    """Whether it is a rule of logic, whose premises are above its conclusion."""
    return any(each in _IN_RULES for each in node.above + node.below)


_IN_RULES = (QUAD, Symbol("⊢", "relation"))


def _is_call(nodes: Sequence[Node]) -> bool:
    """`P(B)` or `Var(X)`, which is not read as a product; `b(c+d)` would be."""
    if not nodes or not is_fenced(nodes[1:]):
        return False
    match nodes[0]:
        case Symbol(role="function") | Words():
            return True
        case Scripts((Symbol() as name,)) | (Symbol() as name):
            if name.role not in ("operand", "letter"):
                return False
            signs = [n for n in nodes[2:-1] if isinstance(n, Symbol) and n.text in "+-"]
            return not signs and (name.text.isupper() or name.text in _CALLED)
        case _:
            return False


_CALLED = frozenset("fghφψϕζηπσμτωχξ")


def bracket(node: Node) -> int:
    """1 for an opening bracket, -1 for a closing one, which may have scripts."""
    match node:
        case Symbol(role="open"):
            return 1
        case Symbol(text, "close"):
            return 0 if text == "!" else -1
        case Scripts(base=(Symbol() as base,)):
            return bracket(base)
        case _:
            return 0


def is_product(nodes: Sequence[Node]) -> bool:
    """Operands side by side; a leading minus is part of it."""
    depth = 0
    for number, node in enumerate(nodes):
        found = bracket(node)
        depth += found
        if depth or found:
            continue
        if node == QUAD:
            return False
        match node:
            case Symbol("-", "sign") if number == 0:
                continue
            case Symbol(role=role) if role not in _IN_PRODUCTS:
                return False
            case Words(text) if not text.isalnum():
                return False
            case Fraction() | Rows() | Braced((Fraction(),)):
                return False
    return True


_IN_PRODUCTS = frozenset({"operand", "letter", "close", "blank"})
