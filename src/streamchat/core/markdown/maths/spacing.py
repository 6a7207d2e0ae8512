"""Blanks between the terms of a formula, and the parentheses of fractions. Must not know what
terms are made of: each is a text with a role.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streamchat.core.markdown.maths.nodes import BLANK, QUAD


class Term(NamedTuple):
    text: str
    role: str  # a node's role, or fraction, words


def write_terms(terms: list[Term], *, tight: bool) -> str:
    """`tight` is for scripts (indices, exponents), where only words are spaced."""
    terms = _with_signs(terms)
    text = ""
    for number, (shown, role) in enumerate(terms):
        if role == "blank":
            if not _is_swallowed(terms, number, tight=tight):
                text = _with_blank(text, is_wide=shown == QUAD.text)
            continue
        shown = shown if tight and role in _SPACED else _spaced(terms, number)
        text += shown.lstrip(" ") if text.endswith(" ") else shown
    return text if tight else text.strip(" ")


def _with_blank(text: str, *, is_wide: bool) -> str:
    """A wide blank separates what no comma separates."""
    text = text.rstrip(" ") if is_wide else text
    wanted = "  " if is_wide and text[-1:] not in ("", ",", ";") else " "
    return text if text.endswith(" ") else text + wanted


def _with_signs(terms: list[Term]) -> list[Term]:
    """The terms, with the roles that depend on what comes before them: an operator after
    nothing is a sign, a triangle or three dots between operands are an operator, a bar opens or
    closes."""
    opened = angles = 0  # bars, and brackets that a bar may separate
    for number, (text, role) in enumerate(terms):
        before = _neighbour(terms, number, -1)
        if text == "△" and before in _OPERANDS - {"words"}:
            role = "operator"
        if text == "⋯" and before in _OPERANDS:
            after = _neighbour(terms, number, 1)
            role = "operator" if after in _OPERANDS - {"close"} else role
        if role == "operator" and before in _BEFORE_SIGNS:
            role = "letter"
        if text == "⟨":
            angles += 1
        elif text == "⟩":  # of a bracket, or of `|ψ⟩`
            angles, opened = (angles - 1, opened) if angles else (0, max(0, opened - 1))
        elif text[:1] in _BARS and role in ("sign", "open", "close") and not angles:
            role = _bar_role(role, opened)
            opened += _BAR_STEPS[role]
        terms[number] = Term(text, role)
    return terms


def _bar_role(role: str, opened: int) -> str:
    """A bar opens; another one closes; one that closes nothing begins an integral's limits."""
    if role == "sign":
        return "sign" if opened else "bar"
    return "limits" if role == "close" and not opened else role


_BARS = ("|", "‖")
_BAR_STEPS = {"bar": 1, "open": 1, "sign": -1, "close": -1, "limits": 0}


def _spaced(terms: Sequence[Term], number: int) -> str:
    """The term with the blanks, or the parentheses, that its neighbours ask for."""
    shown, role = terms[number]
    before, after = _neighbour(terms, number, -1), _neighbour(terms, number, 1)
    left = " " if before in _OPERANDS or _is_closed_bar(terms, number - 1) else ""
    match role:
        case "relation" if "relation" in (
            _beside(terms, number, -1),
            _beside(terms, number, 1),
        ):
            space = "" if _beside(terms, number, -1) == "relation" else " "
            return space + shown + ("" if _beside(terms, number, 1) == "relation" else " ")
        case "relation" | "operator":
            return f" {shown} "
        case "function":
            is_spaced = after in _OPERANDS - {"fraction"} | {"function", "limit"}
            is_spaced = is_spaced and not _continues(terms, number)
            return left + shown + (" " if is_spaced else "")
        case "large" | "limit":
            follows = _OPERANDS | {"limit", "large", "function", "bar"}
            is_spaced = after in follows or (after == "open" and role == "large")
            return left + shown + (" " if is_spaced else "")
        case "fraction":
            if _is_mixed_number(terms, number):
                is_followed = after in _OPERANDS and terms[number + 1].text[:1].isalnum()
                return f" {shown} " if is_followed else f" {shown}"
            if _is_factor(terms, number) and not _is_integrand(terms, number):
                return f"({shown})"
        case "bare script" if after in _OPERANDS - {"close"} and not _continues(terms, number):
            return f"{shown} "  # `x_b y` must not read as `x_by`
    return shown


def _is_closed_bar(terms: Sequence[Term], number: int) -> bool:
    return number > 0 and terms[number].role == "sign" and terms[number].text in _BARS


def _continues(terms: Sequence[Term], number: int) -> bool:
    """Whether the next term begins with something that is not spaced from the term before
    it."""
    following = terms[number + 1].text[:1] if number + 1 < len(terms) else ""
    return following in _CLOSE_TO_THE_LEFT


_CLOSE_TO_THE_LEFT = frozenset("|‖_^-")


def _beside(terms: Sequence[Term], number: int, step: int) -> str:
    """The role of the term right beside it."""
    at = number + step
    return terms[at].role if 0 <= at < len(terms) else ""


def _is_factor(terms: Sequence[Term], number: int) -> bool:
    """Whether what is beside it multiplies it, or is a factorial. Words after a blank do
    not."""
    before, after = _neighbour(terms, number, -1), _neighbour(terms, number, 1)
    if before == "words" and terms[number - 1].text.endswith(" "):
        before = ""
    if after == "words" and terms[number + 1].text.startswith(" "):
        after = ""
    is_factorial = number + 1 < len(terms) and terms[number + 1].text == "!"
    return is_factorial or before in _FACTORS or after in _FOLLOWING_FACTORS


def _is_mixed_number(terms: Sequence[Term], number: int) -> bool:
    """`2\\frac{1}{2}` is two and a half."""
    at = number - 1
    while at >= 0 and terms[at].role == "blank":
        at -= 1
    if at < 0 or terms[at].role != "operand" or not terms[at].text.isdigit():
        return False
    above, _, below = terms[number].text.partition("/")
    if not f"{above}{below}".isdecimal() or not 0 < len(above) <= len(below) < _LONG_NUMBER:
        return False
    return int(above) < int(below)


def _is_integrand(terms: Sequence[Term], number: int) -> bool:
    """`∫ a/b dx`: no more than a differential follows."""
    behind = terms[number + 1 : number + 3]
    return (
        _neighbour(terms, number, -1) == "large"
        and len(behind) == 2
        and behind[0].role == "blank"
        and behind[1].text.startswith("d")
    )


_LONG_NUMBER = 9  # characters
_SPACED = frozenset({"relation", "operator", "large", "limit"})
_OPERANDS = frozenset(
    {"operand", "letter", "words", "fraction", "close", "scripts", "bare script", "root"}
)
_FACTORS = _OPERANDS | {"function"}
_AFTER_FACTORS = frozenset({"open", "bar", "limits", "function", "large", "limit"})
_FOLLOWING_FACTORS = _OPERANDS - {"close"} | _AFTER_FACTORS
_BEFORE_SIGNS = frozenset({"", "open", "bar", "relation", "operator", "sign", "comma"})


def _neighbour(terms: Sequence[Term], number: int, step: int) -> str:
    """The role of the next term that is not a blank, "" at the end and at a wide blank."""
    at = number + step
    while 0 <= at < len(terms) and terms[at].role == "blank":
        if terms[at].text == QUAD.text:
            return ""
        at += step
    return terms[at].role if 0 <= at < len(terms) else ""


def _is_swallowed(terms: Sequence[Term], number: int, *, tight: bool) -> bool:
    """Whether this blank only ends a macro's name, is inside a bracket or before the comma
    that words begin with."""
    before = terms[number - 1].role if number else "open"
    after = terms[number + 1].role if number + 1 < len(terms) else "close"
    if before == "open" or after in ("close", "limits"):
        return True
    is_written = terms[number].text == BLANK.text
    if tight:
        return is_written or "words" not in (before, after)
    if is_written and after == "words" and terms[number + 1].text[:1] in (",", ".", ";"):
        return True
    return is_written and before == "letter" and after in _OPERANDS | {"open"}
