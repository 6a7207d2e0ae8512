"""Themes are complete, and `auto` is readable on any background."""

from __future__ import annotations

from streamchat.core.theme import ATTRIBUTES, COLOURS, PARTS, THEMES, theme_named


def test_every_theme_styles_every_part_in_known_words() -> None:
    for theme in THEMES.values():
        assert set(theme.parts) == set(PARTS)
        for words in [*theme.parts.values(), *theme.tokens.values()]:
            assert set(words.split()) <= {*ATTRIBUTES, *COLOURS}
            assert len(set(words.split()) & set(COLOURS)) <= 1


def test_auto_avoids_colours_that_vanish_on_light_or_dark() -> None:
    auto = THEMES["auto"]
    used = " ".join([*auto.parts.values(), *auto.tokens.values()]).split()
    assert not {"black", "white", "yellow"} & set(used)


def test_mono_has_no_colour() -> None:
    mono = THEMES["mono"]
    used = " ".join([*mono.parts.values(), *mono.tokens.values()]).split()
    assert not set(COLOURS) & set(used)


def test_another_name_is_a_pygments_style_for_code() -> None:
    theme = theme_named("monokai")
    assert (theme.name, theme.code) == ("monokai", "monokai")
    assert theme.parts == THEMES["auto"].parts
    assert theme_named("dark") is THEMES["dark"]
