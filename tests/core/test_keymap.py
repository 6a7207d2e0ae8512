"""How keys are spelled, which action they stand for, and what cannot be bound."""

from __future__ import annotations

import pytest

from streamchat.core.errors import ConfigError, ExitStatus
from streamchat.core.key_actions import KEY_ACTIONS
from streamchat.core.keymap import build_keymap, parse_chord, read_bindings
from streamchat.core.settings import from_keys, resolve


@pytest.mark.parametrize(
    ("written", "chord"),
    [
        ("ctrl+x C-e", "Ctrl-X Ctrl-E"),
        ("M-m", "Alt-M"),
        ("alt-shift-m", "Alt-Shift-M"),
        ("Control-Shift-Up", "Ctrl-Shift-Up"),
        ("esc esc", "Esc Esc"),
        ("escape", "Esc"),
        ("shift-tab", "Shift-Tab"),
        ("pgup", "PageUp"),
        ("F5", "F5"),
        ("Alt--", "Alt--"),
        ("Ctrl-X e", "Ctrl-X e"),
        ("C-i", "Tab"),
        ("C-m", "Enter"),
        ("C-[", "Esc"),
        ("C-/", "Ctrl-_"),
    ],
)
def test_a_chord_has_one_spelling(written: str, chord: str) -> None:
    assert parse_chord(written) == chord
    assert parse_chord(chord) == chord


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Ctlr-X", "did you mean Ctrl-X"),
        ("PageUpp", "did you mean PageUp"),
        ("x", "types itself"),
        ("Ctrl-C", "always stops"),
        ("Ctrl-X Ctrl-C", "always stops"),
        ("Esc x", "nothing can follow Esc"),
        ("F1 F2 F3", "write one key, or two"),
        ("", "write one key, or two"),
        ("Alt-[", "there is no key"),
        ("Ctrl-H", "there is no key"),
        ("Shift-Ctrl-Enter", "there is no key"),
        ("Ctrl-é", "there is no key"),
    ],
)
def test_what_is_no_chord_is_explained(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_chord(written)


def test_the_defaults_are_spelled_as_they_are_kept() -> None:
    for action in KEY_ACTIONS:
        assert tuple(map(parse_chord, action.keys)) == action.keys


@pytest.mark.parametrize("enter_sends", [True, False])
def test_no_default_stands_in_the_way_of_another(enter_sends: bool) -> None:
    chords = build_keymap(enter_sends=enter_sends).chords
    assert ("Enter" in chords["send"]) is enter_sends
    assert ("Enter" in chords["new_line"]) is not enter_sends


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ({"sned": "F5"}, "no action 'sned'; did you mean send?"),
        ({"frobnicate": "F5"}, "the actions are send, new_line"),
        ({"send": 5}, "write a key, such as"),
        ({"send": ["F5", 5]}, "write a key, such as"),
        ({"thinking": "Ctrl-G"}, "Ctrl-G is the key of thinking and of editor"),
        ({"thinking": "Ctrl-X"}, "Ctrl-X is the key of thinking and begins Ctrl-X Ctrl-E"),
        ({"send": "Ctrl-J"}, "Ctrl-J is the key of new_line and of send"),
        ({"thinking": "Esc Esc"}, "only edit_last can be Esc Esc"),
        ({"list_up": "Ctrl-N"}, "Ctrl-N is the key of list_up and of list_down"),
        ({"list_take": "Ctrl-Z"}, "Ctrl-Z is the key of list_take and of suspend"),
        ({"list_copy": "Ctrl-X c"}, "Ctrl-X is the key of list_delete and begins Ctrl-X c"),
    ],
)
def test_a_section_that_cannot_be_bound_is_a_fault_of_the_configuration(
    section: dict[str, object], reason: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        resolve([from_keys({"keys": section}, {}, "config.toml")])
    assert raised.value.status is ExitStatus.CONFIG
    assert raised.value.message.startswith("[keys] in config.toml: ")
    assert reason in raised.value.message
    assert "\n" not in raised.value.message


def test_the_section_holds_the_mode_too() -> None:
    section = {"mode": "vi", "thinking": ["F5", "Alt-T"], "suspend": []}
    settings = resolve([from_keys({"keys": section}, {}, "config.toml")])
    assert (settings.keys, settings.key_bindings) == (
        "vi",
        (("thinking", ("F5", "Alt-T")), ("suspend", ())),
    )
    assert resolve([from_keys({"keys": "vi"}, {}, "config.toml")]).keys == "vi"


def test_a_binding_takes_the_place_of_the_defaults() -> None:
    chords = build_keymap(read_bindings({"editor": "f2", "complete": []})).chords
    assert (chords["editor"], chords["complete"]) == (("F2",), ())
    assert chords["send"] == ("Enter",)


def test_the_key_that_stops_is_one_that_always_does() -> None:
    assert build_keymap().stop_key == "Esc"
    assert build_keymap(is_vi=True).stop_key == "Ctrl-C"
    assert build_keymap((("stop", ("Alt-Q",)),)).stop_key == "Alt-Q"
    assert build_keymap((("stop", ("Esc", "F5")),), is_vi=True).stop_key == "F5"
    assert build_keymap((("stop", ()),)).stop_key == "Ctrl-C"


def test_one_of_several_answers_is_stopped_behind_its_digit() -> None:
    """In vi, the digit is typed in the insert mode, and an answer stops in the normal mode."""
    assert build_keymap().stop_one_key == "Esc"
    assert build_keymap(is_vi=True).stop_one_key == "Esc Esc"
    assert build_keymap((("stop", ("F5",)),), is_vi=True).stop_one_key == "F5"
    assert build_keymap((("stop", ()),)).stop_one_key == ""


def test_a_key_may_mean_one_thing_at_the_prompt_and_another_in_a_list() -> None:
    bindings = read_bindings({"list_up": ["Alt-M", "Ctrl-P"], "list_export": "Ctrl-J"})
    assert build_keymap(bindings).key_of("list_up") == "Alt-M"
