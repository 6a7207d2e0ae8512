"""KeyMask: a key is masked however the answer is cut, and nothing else is held back."""

from __future__ import annotations

import re

import pytest

from streamchat.core.key_mask import KeyMask

KEY = "sk-ant-api03-abcdefgh"
OTHER = "token-0123456789"
TEXT = f"s sk- {KEY} and {KEY}{OTHER}, sk-ant-api03-abcdefg! sk-ant-api03- {KEY}"
MASKED = "s sk- [k] and [k][k], sk-ant-api03-abcdefg! sk-ant-api03- [k]"
# A piece may end before a key can be told: at most seven of its characters are seen.
BEGINNING = re.compile(
    r"(?:s|sk|sk-|sk-a|sk-an|sk-ant|sk-ant-|t|to|tok|toke|token|token-|token-0)\[k\]"
)


def mask() -> KeyMask:
    return KeyMask([KEY, OTHER], lambda _key: "[k]")


def fed(*pieces: str) -> str:
    made = mask()
    return "".join(map(made.feed, pieces)) + made.close()


def test_a_whole_text() -> None:
    assert mask().mask(TEXT) == fed(TEXT) == MASKED


def test_a_part_of_a_text_that_begins_or_ends_within_a_key() -> None:
    parts = {
        f"…{KEY[3:]} is mine": "…[k] is mine",
        f"mine is {KEY[:9]}…": "mine is [k]…",
        f"…{KEY[-9:]} and {OTHER[:-1]}": "…[k] and [k]",
        f"…{KEY[4:-4]}…": "…[k]…",
        f"{KEY} as a whole": "[k] as a whole",
        f"…{KEY[-7:]} is too short, as is {KEY[:7]}…": None,
        f"{KEY[:9]} in the middle": None,
        "": None,
        "…": None,
    }
    assert {part: mask().mask_part(part) for part in parts} == {
        part: masked or part for part, masked in parts.items()
    }


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 13, 40])
def test_pieces_of_any_size(size: int) -> None:
    shown = fed(*(TEXT[at : at + size] for at in range(0, len(TEXT), size)))
    assert BEGINNING.sub("[k]", shown) == MASKED


def test_two_pieces_cut_anywhere() -> None:
    for at in range(len(TEXT)):
        assert BEGINNING.sub("[k]", fed(TEXT[:at], TEXT[at:])) == MASKED


def test_character_by_character_the_rest_of_a_key_is_masked() -> None:
    assert fed(*KEY) == KEY[:7] + "[k]"


def test_only_what_may_be_a_key_is_held_back() -> None:
    made = mask()
    assert [made.feed(piece) for piece in ("gas", "ks", " sk-an", "t-a", "x")] == [
        "gas", "ks", " sk-an", "", "t-ax",
    ]  # fmt: skip
    assert made.close() == ""


def test_what_was_held_back_comes_at_the_end() -> None:
    made = mask()
    assert made.feed(KEY[:-1]) == ""
    assert made.close() == KEY[:-1]
