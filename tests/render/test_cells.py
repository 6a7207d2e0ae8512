"""Widths are those of what a terminal draws, and no row breaks what is one letter."""

from __future__ import annotations

import pytest

from streamchat.render.cells import cell_len, fold, graphemes, is_narrow, wrap

FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🇩🇪"


def parts(text: str, width: int) -> list[str]:
    return [text[piece.start : piece.end] for piece in wrap(text, width)]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("naïve “quotes” – …", 18),
        ("中文", 4),
        (FAMILY, 2),
        (FLAG * 2, 4),
        ("❤️", 2),
        ("e\u0301", 1),
        ("👍🏽!", 3),
        ("1️⃣", 2),
    ],
)
def test_cells_of_what_is_drawn(text: str, cells: int) -> None:
    assert cell_len(text) == cells


def test_narrow_text_is_measured_as_the_tables_would() -> None:
    narrow = [
        chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x3000)) if is_narrow(chr(code))
    ]
    assert {cells for character in narrow for _, cells in graphemes(character)} == {1}
    assert not is_narrow("a\u0301")
    assert not is_narrow("☀\ufe0f")


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("", 5, [""]),
        ("hello world foo", 5, ["hello", "world", "foo"]),
        ("hello  world", 20, ["hello  world"]),
        ("a bb   ccc", 4, ["a bb", "ccc"]),
        ("abcdefgh i", 3, ["abc", "def", "gh", "i"]),
        ("x abcdefgh", 4, ["x", "abcd", "efgh"]),
        ("  lead", 10, ["lead"]),
        ("中文，字符 hello 世界。ok", 6, ["中文，", "字符", "hello", "世界。", "ok"]),
        ("단어 단위로 나누어야", 8, ["단어", "단위로", "나누어야"]),
        ("아주긴한국어낱말", 6, ["아주긴", "한국어", "낱말"]),
        ("中文中，文", 6, ["中文", "中，文"]),
        ("中文（中）", 6, ["中文", "（中）"]),
        (f"{FAMILY}x{FLAG}{FLAG}", 2, [FAMILY, "x", FLAG, FLAG]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("é b", 1, ["é", "b"]),
        ("Ça va ?", 6, ["Ça", "va ?"]),
        ("Il dit : « oui ! »", 9, ["Il dit :", "« oui ! »"]),
        ("a « b »", 4, ["a", "« b", "»"]),
        ("! ! ! !", 3, ["! !", "! !"]),
        ("中", 1, ["中"]),
    ],
)
def test_rows_break_between_words_and_fold_what_is_longer(
    text: str, width: int, rows: list[str]
) -> None:
    assert parts(text, width) == rows


@pytest.mark.parametrize("width", [1, 2, 3, 7, 40])
def test_only_blanks_at_breaks_are_dropped(width: int) -> None:
    text = f"The {FAMILY} said: 你好，世界！ and superlongunbreakableword e\u0301. {FLAG} " * 3
    assert "".join(parts(text, width)).replace(" ", "") == text.replace(" ", "")
    assert all(piece.cells <= max(width, 2) for piece in wrap(text, width))


@pytest.mark.parametrize("text", ["    if x:  ", "中文 code 中文", f"{FAMILY}{FLAG} a", ""])
@pytest.mark.parametrize("width", [2, 3, 5, 40])
def test_code_folds_anywhere_and_keeps_every_blank(text: str, width: int) -> None:
    pieces = fold(text, width)
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(piece.cells == cell_len(text[piece.start : piece.end]) for piece in pieces)
    assert all(piece.cells <= width for piece in pieces)


def test_a_vowel_that_is_written_before_its_consonant_stays_with_it() -> None:
    assert [piece[:2] for piece in wrap("กกกกเกกก", 5)] == [(0, 4), (4, 8)]
    assert [piece[:2] for piece in wrap("เเเ", 1)] == [(0, 1), (1, 2), (2, 3)]
