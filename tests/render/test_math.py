r"""Formulas: in Unicode where that says the same, else as they were written."""

from __future__ import annotations

import pytest
from sheets import sheet, text_of

from streamchat.render.markdown.maths import math_text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"E = mc^2", "E = mc²"),
        (r"\alpha_1 + \beta^{n+1}", "α₁ + βⁿ⁺¹"),
        (r"x \in \mathbb{R}", "x ∈ ℝ"),
        (r"\sum_{i=0}^n x_{ij}", "∑ᵢ₌₀ⁿ xᵢⱼ"),
        (r"a \le b \implies c \ne d", "a ≤ b ⟹ c ≠ d"),
        (r"O(n \log n)", "O(n log n)"),
        (r"90^\circ", "90°"),
        (r"\{a,\,b\}", "{a, b}"),
        (r"\left( x \right)", "( x )"),
        (r"\text{speed} = v", "speed = v"),
        (r"n!", "n!"),
    ],
)
def test_what_unicode_can_say(source: str, shown: str) -> None:
    assert math_text(f"${source}$") == shown
    assert math_text(rf"\({source}\)") == shown
    assert math_text(f"$$\n{source}\n$$") == shown


@pytest.mark.parametrize(
    "source",
    [
        r"\frac{a}{b}",
        r"\sqrt{x}",
        r"\begin{matrix}a\end{matrix}",
        r"x^{q}",
        r"x^{y^2}",
        r"\unknown x",
        r"\mathbb{RN}",
        r"a \\ b",
        r"a & b",
        r"x_ij",
        r"x_{",
        r"x^",
        r"a}",
        r"my_total",
        r"\hat{x}",
        "{" * 400,
        "^" * 400,
    ],
)
def test_structure_is_left_as_it_was_written(source: str) -> None:
    assert math_text(f"$${source}$$") is None


@pytest.mark.parametrize("source", ["5-10", "5 or 10", "HOME/", "foo bar", ""])
def test_dollars_that_are_no_formula_are_not_rewritten(source: str) -> None:
    assert math_text(f"${source}$") is None


@pytest.mark.parametrize(
    "source",
    [
        "It is $5 and $6.",
        "$ 5$ x",
        "$5$6",
        "US$5",
        "costs $5, or 10$",
        "$HOME/$USER",
        "$",
        "$$",
    ],
)
def test_money_and_variables_stay(source: str) -> None:
    assert text_of(source) == [source]


def test_formulas_in_prose() -> None:
    assert sheet(r"a $x_1$ b \(y^2\) c $$z$$ *d $e*f$ g*", 60) == [
        "a {3 x₁} b {3 y²} c {3 z} {3 d e*f g}"
    ]
    assert sheet(r"so $\frac{a_1}{b_2}$ *is*", 60) == [r"so {3 $\frac{a_1}{b_2}$} {3 is}"]


def test_escaped_brackets_are_not_formulas() -> None:
    assert text_of(r"as \[1\] says \(see above\)") == ["as [1] says (see above)"]


def test_formulas_standing_alone() -> None:
    assert sheet("$$\na^2\n$$\n\n\\[\n\\frac{a}{b}\n\\]\n") == [
        "{3 a²}",
        "",
        "{3 \\[}",
        "{3 \\frac{a}{b}}",
        "{3 \\]}",
    ]
