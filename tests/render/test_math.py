r"""Formulas: in Unicode where that says the same, else as they were written."""

from __future__ import annotations

import pytest
from sheets import sheet, text_of


@pytest.mark.parametrize(
    "source",
    [
        "It is $5 and $6.",
        "$ 5$ x",
        "$5$6",
        "US$5",
        "costs $5, or 10$",
        "Pay $20 and get 30$ back. US$5–US$10.",
        "From $1.2M to $3.4M, $5-10$ or $5/$10",
        "$PATH:$HOME and $a/$b",
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
    assert sheet(r"so $\frac{a_1}{b_2}$ *is*", 60) == ["so {3 a₁/b₂} {3 is}"]
    assert sheet(r"so $\unknown{x}$ is $5$ of $x < 5$", 60) == [
        r"so {3 $\unknown{x}$} is {3 5} of {3 x < 5}"
    ]
    assert sheet(r"a \begin{align}x &= 1\end{align} b", 60) == ["a {3 x = 1} b"]
    assert sheet(r"$\boxed{x}+\mathbf{v}$") == ["{3;1 x}{3 +}{3;1 v}"]


def test_escaped_brackets_are_not_formulas() -> None:
    assert text_of(r"as \[1\] says \(see above\), f\(x\)") == ["as [1] says (see above), f(x)"]


def test_formulas_standing_alone() -> None:
    source = "$$\na^2\n$$\n\n\\[\n\\frac{a}{b}\n\\]\n\n"
    source += "\\begin{align}x &= 1 \\\\ xy &= 2\\end{align}\n"
    assert text_of(source) == ["a²", "", "a/b", "", " x = 1", "xy = 2"]


def test_brackets_whose_backslashes_are_lost_enclose_tex() -> None:
    assert text_of("so\n[\ng(\\theta)=0\n]\n\n[\n1,\n2\n]\n") == [
        *("so", "", "g(θ)=0", "", "[", "1,", "2", "]"),
    ]


def test_rows_end_at_relations_rather_than_in_brackets_or_before_an_operand() -> None:
    assert text_of(r"so it is that $\gcd(p, q) = \sin \theta + 5\ \text{kg} - 1$", 22) == [
        *("so it is that", "gcd(p, q) = sin θ +", "5 kg - 1"),
    ]
    assert text_of(r"$$y = \sum_i (a_i - b) + \frac{(82.4 - 78.9)}{2}$$", 22) == [
        *("y = ∑ᵢ (aᵢ - b) +", "(82.4 - 78.9)/2"),
    ]


def test_what_has_no_form_is_its_source_wrapped_at_blanks() -> None:
    source = "$$\n\\unknown{a b} + \\unknown{c d} + e\n$$\n"
    assert text_of(source, 20) == ["$$", "\\unknown{a b} +", "\\unknown{c d} + e", "$$"]


def test_rows_that_do_not_fit_are_one_line() -> None:
    source = r"$$A = \begin{pmatrix} 100 & 200 \\ 300 & 400 \end{pmatrix}$$"
    assert text_of(source, 40) == ["A = ⎛ 100  200 ⎞", "    ⎝ 300  400 ⎠"]
    assert text_of(source, 14) == ["A = (100, 200;", "300, 400)"]
