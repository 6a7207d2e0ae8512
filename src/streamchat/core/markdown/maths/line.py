"""Nodes to one line of text.

It keeps the blanks that were written and adds those that symbols need. A fraction is `a/b`,
with parentheses where it could be misread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import assert_never

from streamchat.core.markdown.maths.nodes import (
    Accent,
    Bold,
    Braced,
    Fraction,
    Node,
    Radical,
    Rows,
    Scripts,
    Symbol,
    Words,
    is_blank,
)
from streamchat.core.markdown.maths.shapes import is_atom, is_fenced, is_product
from streamchat.core.markdown.maths.spacing import Term, write_terms
from streamchat.core.markdown.scripts import subscript, superscript

# Round bold text; no cleaned text contains them.
BOLD_ON, BOLD_OFF = "\x0e", "\x0f"

BRACKETS = {
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
}
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_AS_IT_IS = frozenset("′″‴°*†‡⊤⊥∗")
_NAMES = {
    "overrightarrow": "vec",
    "overleftarrow": "vec",
    "widehat": "hat",
    "widetilde": "tilde",
}


def cells(text: str) -> int:
    """Roughly: marks that are combined take none."""
    return sum(
        1 for each in text if not unicodedata.combining(each) and each not in BOLD_ON + BOLD_OFF
    )


def write_line(nodes: Sequence[Node], *, tight: bool = False) -> str:
    """`tight`: in a script, where nothing is spaced."""
    return write_terms([_term(node, tight=tight) for node in nodes], tight=tight)


def _term(node: Node, *, tight: bool) -> Term:
    match node:
        case Symbol(text, role):
            return Term(text, role)
        case Words(text):
            return Term(text, "words")
        case Braced((only,)):
            return _term(only, tight=tight)
        case Braced(body):
            kind = "operand" if is_product(body) else "words"
            return Term(write_line(body, tight=tight), kind)
        case Fraction(above, below):
            return Term(
                f"{_numerator(above, tight=tight)}/{_denominator(below, tight=tight)}",
                "fraction",
            )
        case Radical(body, degree):
            return Term(_root(body, degree, tight=tight), "root")
        case Scripts(base, below, above):
            return _scripts(base, below, above, tight=tight)
        case Accent():
            return Term(_accent(node, tight=tight), "operand")
        case Bold(body):
            return Term(f"{BOLD_ON}{write_line(body, tight=tight)}{BOLD_OFF}", "operand")
        case Rows():
            return Term(_rows_in_line(node, tight=tight), "operand")
        case _:
            assert_never(node)


def _numerator(nodes: Sequence[Node], *, tight: bool) -> str:
    text = write_line(nodes, tight=tight)
    return text if is_atom(nodes) or is_product(nodes) else f"({text})"


def _denominator(nodes: Sequence[Node], *, tight: bool) -> str:
    text = write_line(nodes, tight=tight)
    kept = [node for node in nodes if not is_blank(node)]
    is_differential = len(kept) == 2 and kept[0] in _DIFFERENTIALS and is_atom(kept[1:])
    return text if is_atom(nodes) or is_differential else f"({text})"


_DIFFERENTIALS = (
    Symbol("d", "operand"),
    Symbol("∂", "letter"),
    Symbol("Δ", "letter"),
    Words("d"),
)


def _root(body: Sequence[Node], degree: Sequence[Node], *, tight: bool) -> str:
    text = write_line(body, tight=tight)
    written = write_line(degree, tight=True)
    raised = superscript(written)
    sign = _ROOTS.get(written) or (f"{raised}√" if raised else "")
    if not sign:
        return f"({text})^(1/{written})"
    return f"{sign}{text}" if _is_bare(body, text) else f"{sign}({text})"


def _is_bare(body: Sequence[Node], text: str) -> bool:
    return is_fenced(body) or (is_atom(body) and (cells(text) == 1 or text.isdigit()))


def _scripts(
    base: Sequence[Node],
    below: Sequence[Node] | None,
    above: Sequence[Node] | None,
    *,
    tight: bool,
) -> Term:
    inner = _term(base[0], tight=tight) if base else Term("", "operand")
    text = inner.text
    if base and isinstance(base[0], Accent) and base[0].name == "brace":
        said = ", ".join(write_line(part) for part in (below, above) if part)
        return Term(f"{text} [{said}] ", "operand")
    if text and not is_atom(base) and inner.role in ("fraction", "words", "operand", "root"):
        text = f"({text})"
    role = inner.role if inner.role in _KEPT_ROLES else "scripts"
    role = "large" if role == "limit" else role
    shown = [_shifted(below, "_", subscript), _shifted(above, "^", superscript)]
    if shown[0][:1] == "_" and shown[1] and all(each in _AS_IT_IS for each in shown[1]):
        shown.reverse()  # `E°_(cell)`
    if not text:
        shown.reverse()  # `²³⁸₉₂U`
    if role == "scripts" and any(len(each) == 2 and each[0] in "_^" for each in shown):
        role = "bare script"
    text += "".join(shown)
    return Term(text, "letter" if text == "°" else role)


_KEPT_ROLES = frozenset({"large", "limit", "function", "relation", "close"})


def _shifted(
    nodes: Sequence[Node] | None, mark: str, shift: Callable[[str], str | None]
) -> str:
    script = write_line(nodes, tight=True).strip(" ") if nodes else ""
    if not nodes or not script:
        return ""
    if mark == "^":
        if script == "∘":
            return "°"
        if all(each in _AS_IT_IS for each in script):
            return script.replace("⊤", "ᵀ")
    shifted = shift(script)  # None where it holds a blank
    if shifted is not None:
        return shifted
    return f"{mark}{script}" if cells(script) == 1 or is_fenced(nodes) else f"{mark}({script})"


def _accent(node: Accent, *, tight: bool) -> str:
    text = write_line(node.body, tight=tight)
    if not node.mark:
        return text
    if node.every:
        return "".join(f"{each}{node.mark}" for each in text)
    if cells(text) == 1:
        return text + node.mark
    if node.name == "bar":
        return "".join(f"{each}\u0305" for each in text)
    return f"{_NAMES.get(node.name, node.name)}({text})"


def _rows_in_line(node: Rows, *, tight: bool) -> str:
    opening, closing = BRACKETS.get(node.kind, ("", ""))
    between = " " if node.kind == "aligned" else ", "
    closing = "}" if node.kind == "cases" else closing
    rows = []
    for row in node.rows:
        cells_shown = [write_line(cell, tight=tight) for cell in row]
        if node.kind == "cases":  # a comma at a cell's end is that of the column
            cells_shown = [shown.rstrip(",;. ") for shown in cells_shown]
        rows.append(between.join(filter(None, cells_shown)))
    return f"{opening}{'; '.join(filter(None, rows))}{closing}"
