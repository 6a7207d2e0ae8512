r"""Formulas as text: right, or their source; and never half understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamchat.core.markdown.maths import FormulaPiece, format_block, format_formula
from work import calls_during

FORMULAS = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "formulas.tsv").read_text().splitlines()
]


def text_of(pieces: tuple[FormulaPiece, ...] | None) -> str:
    """Bold text in asterisks; "" where there is no form."""
    return "".join(f"*{p.text}*" if p.bold else p.text for p in pieces or ())


def test_formulas_of_all_fields() -> None:
    for source, shown in FORMULAS:
        for formula in (f"${source}$", rf"\({source}\)"):
            assert text_of(format_formula(formula)) == shown, formula


def test_few_have_no_form() -> None:
    assert sum(not shown for _, shown in FORMULAS) <= 0.03 * len(FORMULAS)


@pytest.mark.parametrize(
    "source",
    [
        *(r"\unknown x", r"\mathbb", "x_{", "x^", "a}", r"\frac{a}", "{" * 400),
        *(
            "^" * 400,
            r"\sqrt[",
            r"\begin{foo}a\end{foo}",
            r"\begin{matrix}a",
            "x_ij",
            "my_total",
        ),
        *(
            r"\text{\foo}",
            r"\ce{\x}",
            r"\SI{1}{\kilo}",
            r"\end{matrix}",
            "a & b }",
            "\\",
            r"\not",
            "x\x0ey",
        ),
        *(r"a \over b \over c", r"(a \over b)" * 30, r"\frac" * 200, r"\sqrt{" * 100, "", " "),
    ],
)
def test_what_is_not_understood_stays_source(source: str) -> None:
    assert format_formula(f"${source}$") is None
    assert format_block(f"$${source}$$", 80) is None


def test_rows_are_aligned() -> None:
    def block(source: str) -> list[str]:
        return [text_of(row) for row in format_block(source, 80) or ()]

    assert block("$$\\begin{aligned} x^2 - 6 &= 0 \\\\ (x-2)y &= 0 \\end{aligned}$$") == [
        "x² - 6 = 0",
        "(x-2)y = 0",
    ]
    assert block(
        r"\[f(x) = \begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}\]"
    ) == ["f(x) = ⎧ x   if x ≥ 0", "       ⎩ -x  otherwise"]
    assert block(r"$$\begin{bmatrix} a \\ b \\ c \end{bmatrix} = 0$$") == [
        *("⎡ a ⎤", "⎢ b ⎥ = 0", "⎣ c ⎦"),
    ]
    assert block(r"$$\left\{\begin{array}{l} x = 3 \\ y = 1 \end{array}\right.$$") == [
        *("⎧ x = 3", "⎩ y = 1"),
    ]
    assert block(
        r"$$\left[\begin{array}{cc|c} 1 & 0 & 3 \\ 0 & 1 & 4 \end{array}\right]$$"
    ) == [
        *("⎡ 1  0 │ 3 ⎤", "⎣ 0  1 │ 4 ⎦"),
    ]
    assert block(r"$$\left(\begin{array}{c} a \\ b \end{array}\right)^T$$") == [
        *("⎛ a ⎞ᵀ", "⎝ b ⎠"),
    ]
    assert block("$$ a = b \\\\ c = d $$") == ["a = b", "c = d"]
    assert block(r"$$\left\{\begin{aligned} & x = 3 \\ & y = 1 \end{aligned}\right.$$") == [
        *("⎧ x = 3", "⎩ y = 1"),
    ]
    assert block(r"$$\begin{bmatrix} 1 & 20 \\ -3 & 4 \end{bmatrix}_B^{-1} x$$") == [
        *("⎡  1  20 ⎤⁻¹ x", "⎣ -3   4 ⎦_B"),
    ]


def test_lines_of_an_array_are_drawn() -> None:
    def block(source: str) -> list[str]:
        return [text_of(row) for row in format_block(source, 80) or ()]

    truth = r"\hline p & p \land q \\ \hline T & F \\ \hline"
    assert block(rf"$$\begin{{array}}{{|c|*{{1}}{{c}}|}} {truth} \end{{array}}$$") == [
        *("p │ p ∧ q", "──┼──────", "T │   F"),
    ]
    chinese = r"\text{项目} & \text{值} \\ a & 10"
    assert block(rf"$$\left[\begin{{array}}{{l|c}} {chinese} \end{{array}}\right]$$") == [
        *("⎡ 项目 │ 值 ⎤", "⎣ a    │ 10 ⎦"),
    ]
    product = r"123 \\ \times 4 \\ \hline 49\phantom{0}"
    assert block(rf"$$\begin{{array}}{{@{{}}r}} {product} \end{{array}}$$") == [
        *("123", " ×4", "───", "49\N{NO-BREAK SPACE}"),
    ]


def test_premises_stand_above_what_follows() -> None:
    rows = format_block(r"$$\frac{p \quad p \to q}{q}\;(MP)$$", 80) or ()
    assert [text_of(row) for row in rows] == ["p  p → q", "──────── (MP)", "q"]


@pytest.mark.parametrize(
    "opening", ["{", r"\frac{1}{", r"\sqrt{", "x^{", r"\mathbf{", r"\hat{"]
)
def test_the_work_grows_with_the_depth(opening: str) -> None:
    def calls(depth: int) -> int:
        source = f"${opening * depth}x{'}' * depth}$"
        assert format_formula(source)
        return calls_during(lambda: format_formula.__wrapped__(source))

    assert calls(20) <= 20 * calls(5)


@pytest.mark.parametrize(
    "unit", ["x", r"\frac{a}{b}", r"2 \frac12|", "x_i ", r"\alpha ", "{a}", "(", "' ", "& "]
)
def test_the_work_grows_with_the_formula(unit: str) -> None:
    def calls(size: int) -> int:
        return calls_during(lambda: format_block(f"$${unit * size}$$", size))

    assert calls(400) <= 4.6 * calls(100) + 100
