"""Nodes to one line of text.

Blanks are those that were written, and those that the symbols need. A fraction is `a/b`, with
parentheses where it would be misread without.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple, assert_never

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
)
from streamchat.core.markdown.maths.shapes import is_atom, is_fenced, is_product
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


class _Item(NamedTuple):
    text: str
    role: str  # a node's role, or fraction, words


def write_line(nodes: Sequence[Node], *, tight: bool = False) -> str:
    """`tight`: in a script, where nothing is spaced."""
    items = _with_signs([_item(node, tight=tight) for node in nodes])
    text = ""
    for number, (shown, role) in enumerate(items):
        if role == "blank":
            if not tight and not text.endswith(" ") and not _is_swallowed(items, number):
                text += " "
            continue
        shown = shown if tight and role in _SPACED else _spaced(items, number)
        text += shown.lstrip(" ") if text.endswith(" ") else shown
    return text if tight else text.strip(" ")


def _with_signs(items: list[_Item]) -> list[_Item]:
    """The items; an operator that has nothing before it is a sign of what follows."""
    for number, item in enumerate(items):
        if item.role == "operator" and _neighbour(items, number, -1) in _BEFORE_SIGNS:
            items[number] = item._replace(role="letter")
    return items


def _spaced(items: Sequence[_Item], number: int) -> str:
    """The item with the blanks, or the parentheses, that its neighbours ask for."""
    shown, role = items[number]
    before, after = _neighbour(items, number, -1), _neighbour(items, number, 1)
    match role:
        case "relation" | "operator":
            return f" {shown} "
        case "function":
            is_spaced = after in _OPERANDS - {"fraction"} | {"function", "limit"}
            return (" " if before in _OPERANDS else "") + shown + (" " if is_spaced else "")
        case "large" | "limit":
            follows = _OPERANDS | {"limit", "large", "function"}
            is_spaced = after in follows or (after == "open" and role == "large")
            return (" " if before in _OPERANDS else "") + shown + (" " if is_spaced else "")
        case "fraction":
            is_factor = before in _FACTORS or after in _FOLLOWING_FACTORS
            if is_factor and not _is_integrand(items, number):
                return f"({shown})"
        case "bare script" if number + 1 < len(items) and after in _OPERANDS:
            return f"{shown} "  # `x_b y` must not read as `x_by`
    return shown


def _is_integrand(items: Sequence[_Item], number: int) -> bool:
    """`∫ a/b dx`: no more than a differential follows."""
    behind = items[number + 1 : number + 3]
    return (
        _neighbour(items, number, -1) == "large"
        and len(behind) == 2
        and behind[0].role == "blank"
        and behind[1].text.startswith("d")
    )


_SPACED = frozenset({"relation", "operator", "large", "limit"})
_OPERANDS = frozenset(
    {"operand", "letter", "words", "fraction", "close", "scripts", "bare script", "root"}
)
_FACTORS = _OPERANDS | {"function"}
_FOLLOWING_FACTORS = _OPERANDS - {"close"} | {"open", "function", "large", "limit"}
_BEFORE_SIGNS = frozenset({"", "open", "relation", "operator", "sign", "comma"})


def _neighbour(items: Sequence[_Item], number: int, step: int) -> str:
    """The role of the next item that is no blank, "" at the end."""
    at = number + step
    while 0 <= at < len(items) and items[at].role == "blank":
        at += step
    return items[at].role if 0 <= at < len(items) else ""


def _is_swallowed(items: Sequence[_Item], number: int) -> bool:
    """Whether this blank only ends a macro's name, or stands inside a bracket."""
    before = items[number - 1].role if number else "open"
    after = items[number + 1].role if number + 1 < len(items) else "close"
    if before == "open" or after == "close":
        return True
    return before == "letter" and after in _OPERANDS | {"open"}


def _item(node: Node, *, tight: bool) -> _Item:
    match node:
        case Symbol(text, role):
            return _Item(text, role)
        case Words(text):
            return _Item(text, "words")
        case Braced((only,)):
            return _item(only, tight=tight)
        case Braced(body):
            kind = "operand" if is_product(body) else "words"
            return _Item(write_line(body, tight=tight), kind)
        case Fraction(above, below):
            return _Item(
                f"{_numerator(above, tight=tight)}/{_denominator(below, tight=tight)}",
                "fraction",
            )
        case Radical(body, degree):
            return _Item(_root(body, degree, tight=tight), "root")
        case Scripts(base, below, above):
            return _scripts(base, below, above, tight=tight)
        case Accent():
            return _Item(_accent(node, tight=tight), "operand")
        case Bold(body):
            return _Item(f"{BOLD_ON}{write_line(body, tight=tight)}{BOLD_OFF}", "operand")
        case Rows():
            return _Item(_rows_in_line(node, tight=tight), "operand")
        case _:
            assert_never(node)


def _numerator(nodes: Sequence[Node], *, tight: bool) -> str:
    text = write_line(nodes, tight=tight)
    return text if is_atom(nodes) or is_product(nodes) else f"({text})"


def _denominator(nodes: Sequence[Node], *, tight: bool) -> str:
    text = write_line(nodes, tight=tight)
    kept = [node for node in nodes if node != Symbol(" ", "blank")]
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
) -> _Item:
    inner = _item(base[0], tight=tight) if base else _Item("", "operand")
    text = inner.text
    if base and isinstance(base[0], Accent) and base[0].name == "brace":
        said = ", ".join(write_line(part) for part in (below, above) if part)
        return _Item(f"{text} [{said}] ", "operand")
    if text and not is_atom(base) and inner.role in ("fraction", "words", "operand", "root"):
        text = f"({text})"
    role = inner.role if inner.role in _KEPT_ROLES else "scripts"
    role = "large" if role == "limit" else role
    for nodes, mark, shift in ((below, "_", subscript), (above, "^", superscript)):
        if nodes is None:
            continue
        script = write_line(nodes, tight=True).strip(" ")
        shown = _shifted(script, mark, shift)
        if shown[:1] == mark and shown[-1:] != ")" and role == "scripts":
            role = "bare script"
        text += shown
    return _Item(text, "letter" if text == "°" else role)


_KEPT_ROLES = frozenset({"large", "limit", "function", "relation", "close"})


def _shifted(script: str, mark: str, shift: Callable[[str], str | None]) -> str:
    if not script:
        return ""
    if mark == "^":
        if script == "∘":
            return "°"
        if all(each in _AS_IT_IS for each in script):
            return script.replace("⊤", "ᵀ")
    compact = script.replace(" ", "")
    shifted = shift(compact)
    if shifted is not None:
        return shifted
    return f"{mark}{script}" if cells(script) == 1 else f"{mark}({script})"


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
    between = " " if node.kind in ("aligned", "cases") else ", "
    if node.kind not in ("aligned", "cases") and max(map(len, node.rows)) == 1:
        between = ""
    rows = [
        between.join(filter(None, (write_line(cell, tight=tight) for cell in row)))
        for row in node.rows
    ]
    return f"{opening}{'; '.join(filter(None, rows))}{closing}"
