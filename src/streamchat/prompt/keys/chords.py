"""Translates the spelling of a chord (core/keymap) into keys of prompt_toolkit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from prompt_toolkit.filters import FilterOrBool, to_filter, vi_mode, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from streamchat.core.keymap import TWICE_ESCAPE, KeyMap
from streamchat.prompt.key_codes import ALONE, ALT_ENTER, CTRL_ENTER, SHIFT_ENTER

Pressed: TypeAlias = Keys | str
Handler: TypeAlias = Callable[[KeyPressEvent], None]

vi_typing = vi_mode & ~vi_navigation_mode
LONE_ESCAPE: tuple[Pressed, ...] = (Keys.Escape, ALONE.key)
_ENTERS = {"Alt": ALT_ENTER, "Shift": SHIFT_ENTER, "Ctrl": CTRL_ENTER}
_FIRST_SHIFTED_F = 12


@dataclass(frozen=True, slots=True)
class ActionKeys:
    """Binds handlers to the chords of an action."""

    keymap: KeyMap

    def on(
        self, bindings: KeyBindings, action: str, *, filter: FilterOrBool = True
    ) -> Callable[[Handler], Handler]:
        """A decorator. The double Esc is left out: it needs a clock. In the insert mode of vi,
        Esc only leaves that mode."""

        def add(handler: Handler) -> Handler:
            for chord in self.keymap.chords[action]:
                if chord != TWICE_ESCAPE:
                    leaves = self.keymap.leaves_insert_mode(chord)
                    when = to_filter(filter) & ~vi_typing if leaves else filter
                    bindings.add(*pressed(chord), filter=when)(handler)
            return handler

        return add

    def has_double_escape(self, action: str) -> bool:
        return TWICE_ESCAPE in self.keymap.chords[action]


def pressed(chord: str) -> tuple[Pressed, ...]:
    """The keys that the parser gives for a chord."""
    return tuple(key for each in chord.split() for key in _keys(each))


def _keys(key: str) -> tuple[Pressed, ...]:
    *held, name = key.split("-") if not key.endswith("--") else [*key[:-2].split("-"), "-"]
    if name == "Esc":
        return LONE_ESCAPE
    if name == "Enter":
        return (_ENTERS[held[0]].key,) if held else (Keys.Enter,)
    alt = (Keys.Escape,) if "Alt" in held else ()
    if len(name) == 1:
        is_upper = "Shift" in held or "Alt" not in held
        letter = name if is_upper else name.lower()
        return (*alt, f"c-{name.lower()}" if "Ctrl" in held else letter)
    if name[0] == "F" and "Shift" in held:
        name = f"F{int(name[1:]) + _FIRST_SHIFTED_F}"
        held = [each for each in held if each != "Shift"]
    prefix = "".join(f"{each[0].lower()}-" for each in held if each != "Alt")
    return (*alt, f"{prefix}{name.lower()}")
