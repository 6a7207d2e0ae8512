"""Turns tokens into keys of prompt_toolkit.

Owns the encodings of keys: control characters, the sequences of prompt_toolkit's table, the
keyboard protocol of kitty (CSI u, with event types and alternate keys) and modifyOtherKeys
of xterm. Enter with Shift, Ctrl or Alt is a key of its own in all of them.

Rules: an unknown key does nothing; it never types its code. An answer of the terminal is not a
key. Alt is Escape before the key, in one list; an Escape that is a key by itself is followed
by ALONE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from streamchat.prompt.key_sequences import Answer, Character, Escape, Paste, Sequence, Token

ALONE = KeyPress(Keys.Ignore, "")
"""Follows an Escape that is a key by itself, so that the next key does not form a chord with
it."""

# prompt_toolkit has no names for these: surrogates, which no terminal can send.
ALT_ENTER = KeyPress("\udd0a", "")
SHIFT_ENTER = KeyPress("\udd0b", "")
CTRL_ENTER = KeyPress("\udd0c", "")
RUN_KEY = "\udd20"  # of characters that are inserted together: nothing is bound to it

_NOTHING = frozenset({Keys.ControlAt, Keys.Ignore, Keys.CPRResponse, Keys.Vt100MouseEvent})
_BACKSPACES, _TAB, _ENTER, _ESCAPE = (8, 127), 9, 13, 27
_PRIVATE_AREA = range(
    0xE000, 0xF900
)  # where the keyboard protocol has keys without a character

# The keypad: in the private area, and in application mode (SS3 and a letter).
_KEYPAD = dict(zip(range(57399, 57409), "0123456789", strict=True))
_KEYPAD |= {57409: ".", 57410: "/", 57411: "*", 57412: "-", 57413: "+", 57415: "=", 57416: ","}
_KEYPAD_ENTER = 57414
_KEYPAD_NAMES: Mapping[int, Keys] = {
    57417: Keys.Left,
    57418: Keys.Right,
    57419: Keys.Up,
    57420: Keys.Down,
    57421: Keys.PageUp,
    57422: Keys.PageDown,
    57423: Keys.Home,
    57424: Keys.End,
    57425: Keys.Insert,
    57426: Keys.Delete,
}
_APPLICATION_KEYPAD = dict(zip("pqrstuvwxy", "0123456789", strict=True))
_APPLICATION_KEYPAD |= {"j": "*", "k": "+", "l": ",", "m": "-", "n": ".", "o": "/", "X": "="}

# What prompt_toolkit's table lacks: keys of rxvt and st.
_MORE_SEQUENCES: Mapping[str, Keys] = {
    "[M": Keys.ControlDelete,  # st
    "[2$": Keys.ShiftInsert,
    "[3$": Keys.ShiftDelete,
    "[5$": Keys.ShiftPageUp,
    "[6$": Keys.ShiftPageDown,
    "[7$": Keys.ShiftHome,
    "[8$": Keys.ShiftEnd,
    "[3^": Keys.ControlDelete,
    "[5^": Keys.ControlPageUp,
    "[6^": Keys.ControlPageDown,
    "[7^": Keys.ControlHome,
    "[8^": Keys.ControlEnd,
    "[a": Keys.ShiftUp,
    "[b": Keys.ShiftDown,
    "[c": Keys.ShiftRight,
    "[d": Keys.ShiftLeft,
    "Oa": Keys.ControlUp,
    "Ob": Keys.ControlDown,
    "[1;2Z": Keys.BackTab,
}
_ANSWER_FINALS = frozenset("nRtyIO")  # states, the cursor's place, sizes, modes, the focus
_ANSWER_PREFIXES = ("<", "=", ">", "?")  # a mouse, attributes, modes, the keyboard protocol


@dataclass(frozen=True, slots=True)
class Modifiers:
    """The modifiers held down with a key. Caps Lock and Num Lock do not count."""

    shift: bool = False
    alt: bool = False
    ctrl: bool = False

    @property
    def number(self) -> int:
        """The number that stands for them in sequences, without Alt."""
        return 1 + self.shift + 4 * self.ctrl


def decode(token: Token) -> list[KeyPress]:
    """The keys; none for an unknown token."""
    match token:
        case Escape():
            return [KeyPress(Keys.Escape, "\x1b"), ALONE]
        case Paste(text):
            return [KeyPress(Keys.BracketedPaste, text)]
        case Character("\r" | "\n", is_alt=True):
            return [ALT_ENTER]
        case Character(text, is_alt):
            return _with_alt(_character(text), is_alt)
        case Sequence():
            return _with_alt(_sequence(token), token.is_alt)
        case Answer():
            return []


def _with_alt(keys: list[KeyPress], is_alt: bool) -> list[KeyPress]:  # noqa: FBT001
    return [KeyPress(Keys.Escape, "\x1b"), *keys] if is_alt and keys else keys


def _character(text: str) -> list[KeyPress]:
    """The key of a character; a control character is a key with a name."""
    key = ANSI_SEQUENCES.get(text, text) if text < " " or text == "\x7f" else text
    return [] if isinstance(key, tuple) or key in _NOTHING else [KeyPress(key, text)]


def _sequence(token: Sequence) -> list[KeyPress]:
    body, final = token.body, token.final
    if token.introducer == "O":
        if final == "M":
            return _character("\r")
        if keypad := _APPLICATION_KEYPAD.get(final):
            return _character(keypad)
        return _named(token)
    if body.startswith(_ANSWER_PREFIXES) or final in _ANSWER_FINALS:
        return []
    if final == "u":
        return _keyboard_protocol(body)
    if final == "~" and body.startswith("27;"):
        _, modifiers, code = _fields(body, ";", 3)
        return _key(_number(code), _modifiers(modifiers))
    return _named(token)


def _named(token: Sequence) -> list[KeyPress]:
    """A key with a sequence of its own: the arrows and their neighbours."""
    text = f"{token.introducer}{token.body}{token.final}"
    if text in _MORE_SEQUENCES:
        return [KeyPress(_MORE_SEQUENCES[text], f"\x1b{text}")]
    number, _, rest = token.body.partition(";")
    held = _modifiers(rest)
    if held is None:
        return []
    if held.number > 1:
        body = f"{number or 1};{held.number}"
    else:
        body = "" if number == "1" and token.final != "~" else number
    key = ANSI_SEQUENCES.get(f"\x1b{token.introducer}{body}{token.final}")
    if key is None or isinstance(key, tuple) or key in _NOTHING or key == Keys.BracketedPaste:
        return []
    return _with_alt([KeyPress(key, f"\x1b{text}")], held.alt)


def _keyboard_protocol(body: str) -> list[KeyPress]:
    """`code:shifted:base ; modifiers:event ; text`; all but the first may be missing."""
    codes, modifiers, text = _fields(body, ";", 3)
    code, shifted = _fields(codes, ":", 2)
    held = _modifiers(modifiers)
    if text and held and not (held.ctrl or held.alt):
        points = map(_number, text.split(":"))
        return [key for point in points if point for key in _key(point, Modifiers())]
    return _key(_number(code), held, shifted=_number(shifted))


def _fields(text: str, separator: str, count: int) -> list[str]:
    """The first `count` fields; missing ones are empty."""
    return [*text.split(separator), *[""] * count][:count]


def _number(digits: str) -> int:
    """The code point, or 0 for any other text."""
    value = int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 8 else 0
    return value if value < 0xD800 or 0xE000 <= value < 0x110000 else 0


def _modifiers(field: str) -> Modifiers | None:
    """None when the key has no meaning: it was released, or pressed with Super or a similar
    key."""
    number, _, event = field.partition(":")
    bits = (_number(number) or 1) - 1
    if event == "3" or bits & 0b111000:
        return None
    return Modifiers(shift=bool(bits & 1), alt=bool(bits & 2), ctrl=bool(bits & 4))


def _key(code: int, held: Modifiers | None, *, shifted: int = 0) -> list[KeyPress]:
    """The keys for a code point and the modifiers held down with it."""
    if held is None or not code:
        return []
    if code in (_ENTER, _KEYPAD_ENTER):
        return _enter(held)
    if code == _TAB:
        shifts = [KeyPress(Keys.BackTab, "\x1b[Z")] if held == Modifiers(shift=True) else []
        return _character("\t") if held == Modifiers() else shifts
    if code == _ESCAPE:
        return [] if held.alt or held.ctrl else decode(Escape())
    if code in _BACKSPACES:
        return _with_alt(_character("\x7f"), held.alt or held.ctrl)
    if code in _KEYPAD_NAMES:
        return [KeyPress(_KEYPAD_NAMES[code], "")] if held == Modifiers() else []
    character = _KEYPAD.get(code) or ("" if code in _PRIVATE_AREA else chr(code))
    if held.ctrl:
        return _with_alt(_control(character, held), held.alt)
    if held.shift:
        character = chr(shifted) if shifted else character.upper()
    return _with_alt([key for each in character for key in _character(each)], held.alt)


def _enter(held: Modifiers) -> list[KeyPress]:
    if held == Modifiers():
        return _character("\r")
    return [CTRL_ENTER if held.ctrl else ALT_ENTER if held.alt else SHIFT_ENTER]


def _control(character: str, held: Modifiers) -> list[KeyPress]:
    """Ctrl and a character; with Shift as well, the key belongs to the terminal."""
    if held.shift or not character.isascii():
        return []
    if character.isalpha() or character in "\\]^_":
        return _character(chr(ord(character.upper()) & 0x1F))
    match character:
        case "[":
            return decode(Escape())
        case "/":
            return _character("\x1f")
        case _:
            return []
