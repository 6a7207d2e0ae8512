"""Which keys stand for which action: the defaults, and what [keys] of config.toml changes.

Owns how keys are spelled. A chord is one key, or two that are pressed one after the other.
Spellings vary (`ctrl+x`, `C-x`, `Ctrl-X`); a KeyMap holds the last form alone.

Rules: at the prompt, and in lists, a key has one action. No key begins the chord of another
action, because it would have to wait for the second key. A key that types a character cannot
be bound. Ctrl-C always stops, clears and exits. Ctrl-J always is a new line, because it is the
end of a line in some pastes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.formatting import quoted
from streamchat.core.key_actions import (
    EVERYWHERE,
    HAS_DOUBLE_ESCAPE,
    KEY_ACTIONS,
    LIST_ACTIONS,
    PROMPT_ACTIONS,
    WHEN_ENTER_IS_A_NEW_LINE,
    KeyAction,
)

Bindings: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Actions, each with its chords."""

_MODIFIERS = {
    **dict.fromkeys(("ctrl", "control", "c"), "Ctrl"),
    **dict.fromkeys(("alt", "meta", "option", "m"), "Alt"),
    **dict.fromkeys(("shift", "s"), "Shift"),
}
_MODIFIER = re.compile(rf"({'|'.join(_MODIFIERS)})[-+](?=.)", re.IGNORECASE)
_MOVING = ("Up", "Down", "Left", "Right", "Home", "End", "PageUp", "PageDown", "Insert")
_NAMES = {
    **{name.lower(): name for name in (*_MOVING, "Delete", "Enter", "Tab", "Esc")},
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
    "return": "Enter",
    "escape": "Esc",
    "pgup": "PageUp",
    "pgdn": "PageDown",
}
_SAME_KEY = {"Ctrl-I": "Tab", "Ctrl-M": "Enter", "Ctrl-[": "Esc", "Ctrl-/": "Ctrl-_"}
_CTRL_SIGNS = "\\]^_[/"
_SEQUENCE_STARTS = ("Alt-[", "Alt-Shift-O")
_MOST_KEYS = 2
TWICE_ESCAPE = "Esc Esc"


@dataclass(frozen=True, slots=True)
class KeyMap:
    """The chords of each action; `is_vi` for the modes of vi, `enter_sends` unless Enter is a
    new line."""

    chords: Mapping[str, tuple[str, ...]]
    is_vi: bool = False
    enter_sends: bool = True

    def key_of(self, action: str, otherwise: str = "") -> str:
        """The first key of an action, to name it in a text; `otherwise` if it has none."""
        return next(iter(self.chords[action]), otherwise)

    @property
    def stop_key(self) -> str:
        """What stops an answer, whatever is being typed."""
        keys = [key for key in self.chords["stop"] if not self.leaves_insert_mode(key)]
        return next(iter(keys), "Ctrl-C")

    @property
    def stop_one_key(self) -> str:
        """What follows a digit to stop one of several answers; "" if nothing does."""
        key = self.key_of("stop")
        return f"{key} {key}" if self.leaves_insert_mode(key) else key

    def leaves_insert_mode(self, key: str) -> bool:
        """Whether the key does nothing but leave vi's insert mode."""
        return self.is_vi and key == "Esc"


def build_keymap(
    bindings: Bindings = (), *, is_vi: bool = False, enter_sends: bool = True
) -> KeyMap:
    """The defaults, replaced by the user's bindings where there are some. Raises
    ValueError."""
    chords = {action.name: action.keys for action in KEY_ACTIONS}
    if not enter_sends:
        chords |= WHEN_ENTER_IS_A_NEW_LINE
    chords |= dict(bindings)
    _require_one_action(_some(chords, PROMPT_ACTIONS), {"Ctrl-J": "new_line"})
    _require_one_action(_some(chords, LIST_ACTIONS) | {EVERYWHERE: chords[EVERYWHERE]}, {})
    return KeyMap(chords, is_vi, enter_sends)


def read_bindings(table: Mapping[str, object]) -> Bindings:
    """The section [keys] as written: a chord, or a list of chords, for each action. Raises
    ValueError that says what to write."""
    return tuple((_action(name), tuple(_chords(name, value))) for name, value in table.items())


def _action(name: str) -> str:
    names = [action.name for action in KEY_ACTIONS]
    if name not in names:
        near = _near(name, names) or f"; the actions are {', '.join(names)}"
        raise ValueError(f"there is no action {quoted(name)}{near}")
    return name


def _chords(action: str, value: object) -> Iterator[str]:
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise ValueError(f"{action}: write a key, such as 'Ctrl-T', or a list of keys")
    for each in written:
        chord = parse_chord(each)
        if chord == TWICE_ESCAPE and action != HAS_DOUBLE_ESCAPE:
            raise ValueError(f"{action}: only {HAS_DOUBLE_ESCAPE} can be {TWICE_ESCAPE}")
        yield chord


def parse_chord(text: str) -> str:
    """The usual spelling of a chord. Raises ValueError."""
    keys = [_key(each, text) for each in text.split()]
    is_twice_esc = keys == TWICE_ESCAPE.split()
    if not 1 <= len(keys) <= _MOST_KEYS:
        raise ValueError(f"{quoted(text)}: write one key, or two with a space between them")
    if len(keys[0]) == 1:
        raise ValueError(f"{quoted(text)} types itself; use it with Ctrl or Alt")
    if "Ctrl-C" in keys:
        raise ValueError("Ctrl-C always stops, clears and exits; choose another key")
    if len(keys) == _MOST_KEYS and "Esc" in keys and not is_twice_esc:
        raise ValueError(f"{quoted(text)}: nothing can follow Esc but Esc; write Alt-X")
    return " ".join(keys)


def _key(text: str, chord: str) -> str:
    held, name = set(), text
    while found := _MODIFIER.match(name):
        held.add(_MODIFIERS[found[1].lower()])
        name = name[found.end() :]
    key = _named(name, held) if len(name) > 1 else _character(name, held)
    if key is None:
        keys = [f"Ctrl-{chr(code)}" for code in range(65, 91)] + list(_NAMES.values())
        near = _near(text, keys) or "; write keys such as Ctrl-T, Alt-M, F5, Shift-Tab"
        raise ValueError(f"{quoted(chord)}: there is no key {quoted(text)}{near}")
    return _SAME_KEY.get(key, key)


def _named(name: str, held: set[str]) -> str | None:
    known = _NAMES.get(name.lower())
    match known:
        case None:
            return None
        case "Esc":
            allowed: tuple[str, ...] = ()
        case "Tab":
            allowed = ("Shift",)
        case _:
            allowed = ("Ctrl", "Alt", "Shift")
    is_single = known == "Enter" and len(held) > 1
    return None if is_single or not held <= set(allowed) else _with(held, known)


def _character(character: str, held: set[str]) -> str | None:
    if not character.isprintable() or character == " ":
        return None
    is_letter = character.isascii() and character.isalpha()
    upper = character.upper() if is_letter else character
    match sorted(held):
        case []:
            return character
        case ["Ctrl"] | ["Alt", "Ctrl"] if is_letter or character in _CTRL_SIGNS:
            key = _with(held, upper)
            return None if upper == "H" else key  # Backspace
        case ["Alt"] | ["Alt", "Shift"] if is_letter or "Shift" not in held:
            key = _with(held, upper)
            return None if key in _SEQUENCE_STARTS else key
    return None


def _with(held: set[str], name: str) -> str:
    order = [each for each in ("Ctrl", "Alt", "Shift") if each in held]
    return "-".join([*order, name])


def _some(
    chords: Mapping[str, tuple[str, ...]], actions: Iterable[KeyAction]
) -> dict[str, tuple[str, ...]]:
    return {action.name: chords[action.name] for action in actions}


def _require_one_action(chords: Mapping[str, Iterable[str]], owners: dict[str, str]) -> None:
    """`owners` are keys that are taken already."""
    for action, keys in chords.items():
        for chord in keys:
            if owners.setdefault(chord, action) != action:
                raise ValueError(
                    f"{chord} is the key of {owners[chord]} and of {action};"
                    f" give {action} or {owners[chord]} another key, or [] for none"
                )
    for chord, action in owners.items():
        first = chord.partition(" ")[0]
        if first != chord and first in owners and first != "Esc":
            raise ValueError(
                f"{first} is the key of {owners[first]} and begins {chord}, which is {action}"
            )


def _near(name: str, known: Iterable[str]) -> str:
    import difflib  # 6 ms, spent only after a typing error

    written = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), written, n=3)
    return f"; did you mean {' or '.join(written[each] for each in near)}?" if near else ""


DEFAULT_KEYMAP = build_keymap()
LINE_KEYMAP = KeyMap(
    {action.name: () for action in KEY_ACTIONS} | {"send": ("Enter",), "exit": ("Ctrl-D",)}
)
"""Where the terminal itself edits the line, as for a screen reader; only Ctrl-C stops."""
