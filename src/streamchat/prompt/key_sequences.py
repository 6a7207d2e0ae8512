"""Splits what a terminal sends into characters, control sequences and pastes.

Pure: text in, tokens out, however the text was cut. The grammar is that of ECMA-48, so even an
unknown sequence is one token and never types its own letters. Strings (OSC, DCS, APC) are the
answers of a terminal.

The beginning of a sequence is kept until the rest comes. `settle` decides about one that is
not continued: an Esc was a key by itself. `abandon` drops a sequence that began long ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

ESC = "\x1b"
PASTE_END = "\x1b[201~"
_STRING_STARTS = frozenset("]PX^_")  # OSC, DCS, SOS, PM, APC
_ALT_CONTROLS = frozenset("\r\n\t\x08")
_STRING_ENDS = frozenset("\x07\x9c")
_MOUSE_CHARACTERS = 3
_LONGEST_BODY = 64
_LONGEST_STRING = 4_096


@dataclass(frozen=True, slots=True)
class Character:
    """One character, perhaps a control character; `is_alt` when it was sent with Alt."""

    text: str
    is_alt: bool = False


@dataclass(frozen=True, slots=True)
class Escape:
    """The key Esc by itself."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A control sequence: `introducer` is "[" (CSI) or "O" (SS3), `body` is what comes between
    it and `final`."""

    introducer: str
    body: str
    final: str
    is_alt: bool = False


@dataclass(frozen=True, slots=True)
class Paste:
    """What the terminal marked as pasted."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A string that the terminal sent (OSC, DCS), without its ESC and its end."""

    text: str


Token: TypeAlias = Character | Escape | Sequence | Paste | Answer


class Tokenizer:
    """`feed` text; tokens come out as soon as they are complete."""

    def __init__(self) -> None:
        self._pending = ""  # the sequence that has begun
        self._pieces: list[str] | None = None  # of the paste that has begun
        self._tail = ""  # the last characters of the paste, where its end may begin

    @property
    def is_pasting(self) -> bool:
        return self._pieces is not None

    @property
    def is_waiting(self) -> bool:
        """Whether something incomplete has begun."""
        return bool(self._pending) or self.is_pasting

    @property
    def begins_string(self) -> bool:
        """Whether the input ends in "ESC ]" or similar, which may be a key with Alt."""
        return len(self._pending) == 2 and self._pending[1] in _STRING_STARTS

    def feed(self, data: str) -> list[Token]:
        tokens: list[Token] = []
        text, self._pending = self._pending + data, ""
        at = 0
        while at < len(text):
            at = (
                self._paste(text, at, tokens)
                if self.is_pasting
                else self._step(text, at, tokens)
            )
        return tokens

    def settle(self) -> list[Token]:
        """Decide about a sequence that was not continued for a moment. One that may only be
        slow ("ESC [", the middle of a string) stays pending."""
        match self._pending:
            case "\x1b":
                tokens: list[Token] = [Escape()]
            case "\x1b\x1b":
                tokens = [Escape(), Escape()]
            case "\x1b[M":  # the rest of a mouse report would have come: st's Ctrl-Delete
                tokens = [Sequence("[", "", "M")]
            case start if self.begins_string:
                tokens = [Character(start[1], is_alt=True)]
            case _:
                return []
        self._pending = ""
        return tokens

    def abandon(self) -> list[Token]:
        """Give up what began long ago: a paste ends with what arrived, a sequence is
        dropped."""
        tokens = self.settle()
        if self._pieces is not None:
            tokens.append(Paste("".join(self._pieces)))
        self._pieces, self._pending, self._tail = None, "", ""
        return tokens

    def _step(self, text: str, at: int, tokens: list[Token]) -> int:
        """Take one token, or the characters before the next sequence; returns where the rest
        begins."""
        start = text.find(ESC, at)
        if start != at:
            end = len(text) if start < 0 else start
            tokens += map(Character, text[at:end])
            return end
        is_alt = text.startswith((ESC + ESC + "[", ESC + ESC + "O"), at)
        end, token = _match(text, at + is_alt, is_alt=is_alt)
        if end == _INCOMPLETE:
            self._pending = text[at:]
            return len(text)
        if token == _PASTE_START:
            self._pieces = []
        elif token is not None:
            tokens.append(token)
        return end

    def _paste(self, text: str, at: int, tokens: list[Token]) -> int:
        """Each piece is searched once, so a paste costs no more than its length."""
        assert self._pieces is not None
        seam = self._tail + text[at : at + len(PASTE_END)]
        found = seam.find(PASTE_END)
        end = at + found - len(self._tail) if found >= 0 else text.find(PASTE_END, at)
        if found < 0 and end < 0:
            self._pieces.append(text[at:])
            self._tail = (self._tail + text[at:])[1 - len(PASTE_END) :]
            return len(text)
        whole = "".join([*self._pieces, text[at : end + len(PASTE_END)]])
        self._pieces, self._tail = None, ""
        tokens.append(Paste(whole.removesuffix(PASTE_END)))
        return end + len(PASTE_END)


_PASTE_START = Sequence("[", "200", "~")
_INCOMPLETE = -1
_Found: TypeAlias = tuple[int, Token | None]
"""Where it ends, or _INCOMPLETE; and the token, if it makes one."""
_MORE: _Found = (_INCOMPLETE, None)


def _match(text: str, at: int, *, is_alt: bool) -> _Found:
    """The token that begins with the ESC at `at`."""
    match text[at + 1 : at + 2]:
        case "":
            return _MORE
        case "[":
            return _match_csi(text, at + 2, is_alt=is_alt)
        case "O":
            return _match_ss3(text, at + 2, is_alt=is_alt)
        case start if start in _STRING_STARTS:
            return _match_string(text, at + 2)
        case "\x1b":
            return _MORE if len(text) == at + 2 else (at + 1, Escape())
        case control if control < " " and control not in _ALT_CONTROLS:
            return at + 1, Escape()  # typed quickly: Ctrl-C counts, whatever came before
        case character:
            return at + 2, Character(character, is_alt=True)


def _match_csi(text: str, start: int, *, is_alt: bool) -> _Found:
    end = start
    while end < len(text) and "\x20" <= text[end] <= "\x3f" and end - start <= _LONGEST_BODY:
        if text[end] == "$" and text[start:end].isdecimal():  # rxvt: a key with Shift
            return end + 1, Sequence("[", text[start:end], "$", is_alt)
        end += 1
    body, final = text[start:end], text[end : end + 1]
    if not final:
        return _MORE
    if not "\x40" <= final <= "\x7e" or end - start > _LONGEST_BODY:  # a broken sequence
        return end, None
    if not body and final == "[":  # F1 to F5 of the Linux console
        last = text[end + 1 : end + 2]
        return (end + 2, Sequence("[", "[", last, is_alt)) if last else _MORE
    if not body and final == "M":  # a mouse report of three more characters
        end += 1 + _MOUSE_CHARACTERS
        return (end, None) if end <= len(text) else _MORE
    return end + 1, Sequence("[", body, final, is_alt)


def _match_ss3(text: str, start: int, *, is_alt: bool) -> _Found:
    end = start
    while text[end : end + 1].isdecimal():
        end += 1
    final = text[end : end + 1]
    if not final:
        return _MORE
    if not (final.isascii() and final.isalpha()):
        return start, Character("O", is_alt=True)
    return end + 1, Sequence("O", text[start:end], final, is_alt)


def _match_string(text: str, start: int) -> _Found:
    for end in range(start, len(text)):
        character = text[end]
        if character in _STRING_ENDS:
            return end + 1, Answer(text[start - 1 : end])
        if character == ESC and end + 1 == len(text):
            return _MORE
        if character == ESC and text[end + 1] == "\\":
            return end + 2, Answer(text[start - 1 : end])
        if character == ESC:
            return end, None
        if character < " " or end - start > _LONGEST_STRING:
            return end, None  # not an answer of a terminal
    return _MORE
