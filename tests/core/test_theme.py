"""Themes are complete, and their text is readable on the backgrounds they are made for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from streamchat.core.terminal import Background
from streamchat.core.theme import (
    ATTRIBUTES,
    PARTS,
    SHADED,
    THEMES,
    Theme,
    question_colours,
    theme_named,
)

ENOUGH = 4.5  # WCAG 2, for text
# No text: lines, bars, bullets.
MARKS = {"quote-bar", "rule", "table-line", "marker", "spinner"}
NAMES = "black red green yellow blue magenta cyan white".split()
STEPS = (0, 95, 135, 175, 215, 255)


class Rgb(NamedTuple):
    red: int
    green: int
    blue: int

    @property
    def luminance(self) -> float:
        red, green, blue = map(_linear, self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4


def rgb(hexadecimal: str) -> Rgb:
    return Rgb(*bytes.fromhex(hexadecimal))


def contrast(one: Rgb, other: Rgb) -> float:
    lower, higher = sorted((one.luminance, other.luminance))
    return (higher + 0.05) / (lower + 0.05)


class Scheme(NamedTuple):
    name: str
    basic: list[Rgb]
    behind: Rgb


def _schemes() -> Iterator[tuple[str, Scheme]]:
    path = Path(__file__).parents[1] / "data" / "palettes.json"
    for name, each in json.loads(path.read_text()).items():
        basic = [rgb(colour) for colour in each["colours"].split()]
        for kind in ("dark", "light"):
            if kind in each:
                yield kind, Scheme(name, basic, rgb(each[kind]))


SCHEMES = list(_schemes())


def of_256(number: int) -> Rgb:
    if number >= 232:
        return Rgb(*[8 + 10 * (number - 232)] * 3)
    red, rest = divmod(number - 16, 36)
    return Rgb(*(STEPS[step] for step in (red, *divmod(rest, 6))))


def texts(theme: Theme) -> Iterator[tuple[str, str]]:
    yield from ((part, words) for part, words in theme.parts.items() if part not in MARKS)
    yield from theme.tokens.items()


def pairs(theme: Theme, words: str, scheme: Scheme) -> Iterator[tuple[Rgb, Rgb]]:
    """Text of our colours and what is behind it, with 16 colours and with 256. (The text
    colour of a terminal is its user's.)"""
    colour = next((theme.colours[w] for w in words.split() if w in theme.colours), None)
    if colour is None:
        return
    if colour.basic:
        bright, _, name = colour.basic.rpartition("-")
        yield scheme.basic[NAMES.index(name) + 8 * bool(bright)], scheme.behind
    shade = theme.shade if SHADED in words.split() else None
    yield of_256(colour.number), scheme.behind if shade is None else of_256(shade)


@pytest.mark.parametrize(("kind", "scheme"), SCHEMES, ids=lambda value: value[0])
def test_all_text_is_readable_on_the_usual_palettes(kind: str, scheme: Scheme) -> None:
    theme = THEMES[kind]
    for name, words in texts(theme):
        assert "dim" not in words.split(), name  # nobody knows how much that is
        for text, behind in pairs(theme, words, scheme):
            assert contrast(text, behind) >= ENOUGH, (name, words, scheme.name)


def test_where_the_background_is_unknown_colours_are_readable_on_both() -> None:
    for name, words in texts(THEMES["auto"]):
        colours = [c for word, c in THEMES["auto"].colours.items() if word in words.split()]
        for colour in colours:
            assert not colour.basic, name
            for behind in (rgb("000000"), rgb("ffffff")):
                assert contrast(of_256(colour.number), behind) >= ENOUGH, (name, words)
    assert THEMES["auto"].shade is None


def test_every_theme_styles_every_part_in_known_words() -> None:
    for theme in THEMES.values():
        assert set(theme.parts) == set(PARTS)
        for words in [*theme.parts.values(), *theme.tokens.values()]:
            assert set(words.split()) <= {*ATTRIBUTES, *THEMES["dark"].colours, SHADED}
            assert len(set(words.split()) & set(theme.colours)) <= 1


def test_mono_has_no_colour() -> None:
    assert not THEMES["mono"].colours
    assert THEMES["mono"].shade is None


def test_auto_is_the_theme_of_the_background() -> None:
    assert theme_named("auto") is THEMES["auto"]
    assert theme_named("auto", Background.DARK) is THEMES["dark"]
    assert theme_named("auto", Background.LIGHT) is THEMES["light"]
    assert theme_named("light", Background.DARK) is THEMES["light"]


def test_another_name_is_a_pygments_style_for_code() -> None:
    theme = theme_named("monokai", Background.DARK)
    assert (theme.name, theme.code) == ("monokai", "monokai")
    assert theme.parts == THEMES["dark"].parts


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_past_question_is_readable_and_stands_out_from_what_is_behind_it(name: str) -> None:
    colours = question_colours(THEMES[name])
    assert colours is not None
    text, behind = map(rgb, colours)
    assert contrast(text, behind) >= ENOUGH
    assert behind == of_256(THEMES[name].shade or 0)


@pytest.mark.parametrize("name", ["auto", "mono"])
def test_where_the_background_is_unknown_a_past_question_has_no_colours(name: str) -> None:
    assert question_colours(THEMES[name]) is None
