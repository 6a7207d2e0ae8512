"""Nodes to one line of text.

It keeps the blanks that were written and adds those that symbols need. A fraction is `a/b`,
with parentheses where it could be misread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import assert_never

from streamchat.core.markdown.maths.chemistry import STATES
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
    "rcases": ("", "}"),
}
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_AS_IT_IS = frozenset("′″‴°*†‡⊤⊥∗")
_NAMES = {
    "overrightarrow": "vec",
    "overleftarrow": "vec",
    "overleftrightarrow": "line",
    "va": "vec",
    "vu": "hat",
    "widehat": "hat",
    "widetilde": "tilde",
}


def cells(text: str) -> int:
    """The width of a text: marks that are combined take no cell."""
    shown = [each for each in text if not unicodedata.combining(each)]
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in shown)
    return len(shown) + wide - shown.count(BOLD_ON) - shown.count(BOLD_OFF)


def write_line(nodes: Sequence[Node], *, tight: bool = False) -> str:
    """`tight` is for scripts (indices, exponents), where nothing is spaced."""
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
    is_bare = is_atom(nodes) or is_product(nodes) or _is_product_of_units(nodes)
    return text if is_bare else f"({text})"


def _is_product_of_units(nodes: Sequence[Node]) -> bool:
    match nodes:
        case [Words(text)]:
            return " " not in text.strip() and "/" not in text
        case _:
            return False


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
    if text and _is_enclosed_under_scripts(base[0], inner):
        text = f"({text})"
    role = inner.role if inner.role in _KEPT_ROLES else "scripts"
    role = "large" if role == "limit" else role
    shown = [_shifted(below, "_", subscript), _shifted(above, "^", superscript)]
    if shown[0][:1] == "_" and shown[1] and all(each in _AS_IT_IS for each in shown[1]):
        shown.reverse()  # `E°_(cell)`
    if not text:
        shown.reverse()  # `²³⁸₉₂U`
    if role == "scripts" and any(cells(each) == 2 and each[0] in "_^" for each in shown):
        role = "bare script"
    text += "".join(shown)
    return Term(text, "letter" if text == "°" else role)


_KEPT_ROLES = frozenset({"large", "limit", "function", "relation", "close"})


_LONGEST_UNIT = 4  # characters


def _is_enclosed_under_scripts(base: Node, inner: Term) -> bool:
    """Whether the base would be misread without parentheses."""
    match base:
        case Words(text) if max(map(len, text.split()), default=0) <= _LONGEST_UNIT:
            return False  # `km s⁻¹`
        case Braced((Scripts(),)):
            return True
        case _:
            roles = ("fraction", "words", "operand", "root")
            return not is_atom((base,)) and inner.role in roles


def _shifted(
    nodes: Sequence[Node] | None, mark: str, shift: Callable[[str], str | None]
) -> str:
    script = write_line(nodes, tight=True).strip(" ") if nodes else ""
    if not nodes or not script:
        return ""
    if mark == "^":
        if script == "∘":
            return "°"
        bare = script.lstrip("".join(_AS_IT_IS))
        marks = script[: len(script) - len(bare)].replace("⊤", "ᵀ")
        if not bare:
            return marks
        if marks and superscript(bare):  # `y'^2`
            return marks + (superscript(bare) or "")
    shifted = shift(script)  # None where it holds a blank
    if shifted is not None:
        return shifted
    if mark == "_" and script in STATES:
        return script
    return f"{mark}{script}" if cells(script) == 1 or is_fenced(nodes) else f"{mark}({script})"


def _accent(node: Accent, *, tight: bool) -> str:
    text = write_line(node.body, tight=tight)
    if not node.mark:
        return text
    if node.every:
        return "".join(f"{each}{node.mark}" for each in text)
    if cells(text) == 1:  # one character where there is one: not every font combines them
        return unicodedata.normalize("NFC", text + node.mark)
    if node.name == "bar":
        return "".join(f"{each}\u0305" for each in text)
    return f"{_NAMES.get(node.name, node.name)}({text})"


def _rows_in_line(node: Rows, *, tight: bool) -> str:
    opening, closing = BRACKETS.get(node.kind, ("", ""))
    closing = "}" if node.kind == "cases" else closing
    table = [[write_line(cell, tight=tight) for cell in row] for row in node.rows]
    rows = [_row_in_line(node, row) for row in table]
    return f"{opening}{'; '.join(filter(None, rows))}{closing}"


def _row_in_line(node: Rows, row: list[str]) -> str:
    if node.kind == "aligned" or not _SIGNS.isdisjoint(row):
        return " ".join(map(spaced_sign, filter(None, row)))
    if node.kind in ("cases", "rcases"):  # a comma at a cell's end is that of the column
        return ", ".join(filter(None, (cell.rstrip(",;. ") for cell in row)))
    line = row[0] or _NO_CELL
    for column, cell in enumerate(row[1:], 1):
        line += (" | " if column in node.layout.bars else ", ") + (cell or _NO_CELL)
    return line


def spaced_sign(cell: str) -> str:
    """`a &=b`: the sign that begins a cell stands between two."""
    return f"{cell[0]} {cell[1:]}" if cell[:1] in _RELATIONS and cell[1:2].isalnum() else cell


_RELATIONS = frozenset("=<>")
_NO_CELL = "·"
_SIGNS = frozenset("=<>≤≥≈≡+-")
