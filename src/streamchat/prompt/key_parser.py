"""Turns what a terminal sends into keys, with the rules that depend on time and on how the
input was split into reads.

Takes the place of prompt_toolkit's parser in an Input. `feed` is called with what one read
gave, `flush` when nothing came for ESCAPE_SECONDS.

Rules: an Esc that nothing follows is a key by itself and does not form a chord with a later
key. "ESC [" and strings wait longer, for slow links; while an answer of the terminal is due,
one that was split after its ESC is joined again. Where a message is typed (`taking_lines`), an
Enter that is followed by text in the same read was pasted by a terminal that does not mark
pastes: it is a new line. Such a paste may come in several reads, so an Enter at the end of one
waits for the next, and a long run of characters is one key, because prompt_toolkit takes a
millisecond for each. What was typed before the program read (`expect_typed_ahead`) was typed
key by key, even if it arrives at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby

from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress

from streamchat.prompt.key_codes import RUN_KEY, decode
from streamchat.prompt.key_sequences import (
    ESC,
    Answer,
    Character,
    Escape,
    Sequence,
    Token,
    Tokenizer,
)

ESCAPE_SECONDS = 0.05
SLOW_LINK_SECONDS = 0.5
LOST_END_SECONDS = 5.0  # after that, the end of a paste is no longer expected
LONG_RUN = 32  # characters in one read; nobody types that fast


class KeyParser(Vt100Parser):
    """`give` takes each key; `clock` is monotonic, in seconds; `on_protocol` is called when
    the terminal says that it has the keyboard protocol of kitty, `on_answer` with any other
    answer of the terminal, without its ESC and the end of a string."""

    def __init__(
        self,
        give: Callable[[KeyPress], None],
        clock: Callable[[], float],
    ) -> None:
        self.feed_key_callback = self._give = give
        self._clock = clock
        self.on_protocol = _nothing
        self.on_answer: Callable[[str], object] = str
        self.is_awaiting: Callable[[], bool] = bool  # whether an answer of the terminal is due
        self._tokens = Tokenizer()
        self._fed_at = clock()
        self._gave_escape = False  # perhaps the beginning of an answer
        self._is_pasting = False  # an unmarked paste is arriving
        self._held_enter = False  # an Enter ended the last read and was held back
        self._expects_typed_ahead = False
        self._takes_lines = False
        self.reset()

    def reset(self, request: bool = False) -> None:  # noqa: FBT001, FBT002
        """See Vt100Parser: nothing is kept there."""

    def expect_typed_ahead(self) -> None:
        """The next text was typed before anybody read."""
        self._expects_typed_ahead = True

    @contextmanager
    def taking_lines(self) -> Iterator[None]:
        """While entered, a message of several lines may be typed. Elsewhere an Enter is never
        a new line."""
        before, self._takes_lines = self._takes_lines, True
        try:
            yield
        finally:
            self._takes_lines = before
            self._held_enter = False

    def take_held_enter(self) -> bool:
        """Whether an Enter is held back for what may follow; from now on, it is not."""
        was_held, self._held_enter = self._held_enter, False
        return was_held

    @property
    def is_waiting(self) -> bool:
        """Whether the input ends in something that may be the beginning of a key, such as an
        Esc."""
        return self._tokens.is_waiting

    def feed(self, data: str) -> None:
        if not data:
            return
        silence = self._give_up_old()
        if self._gave_escape and silence < SLOW_LINK_SECONDS and _answer.match(data):
            data = f"{ESC}{data}"
        self._gave_escape = False
        tokens = self._tokens.feed(data)
        if self._takes_lines and not self._expects_typed_ahead:
            tokens = self._with_new_lines(tokens)
        self._expects_typed_ahead = False
        self._emit(tokens)

    def flush(self) -> None:
        """Called when nothing has come for a moment."""
        self._is_pasting = False
        if self._held_enter:
            self._held_enter = False
            self._emit([Character("\r")])
        if self.is_awaiting() and self._tokens.begins_string:
            return
        tokens = self._tokens.settle()
        self._gave_escape |= tokens == [Escape()] and self.is_awaiting()
        self._emit(tokens)

    def _give_up_old(self) -> float:
        """Drop a sequence that began before a long silence. Returns the length of the
        silence."""
        silence, self._fed_at = self._clock() - self._fed_at, self._clock()
        if silence >= ESCAPE_SECONDS:
            self.flush()
        longest = LOST_END_SECONDS if self._tokens.is_pasting else SLOW_LINK_SECONDS
        if silence >= longest:
            self._emit(self._tokens.abandon())
        return silence

    def _with_new_lines(self, tokens: list[Token]) -> list[Token]:
        """Turn the Enters of an unmarked paste into new lines."""
        if self._held_enter:
            self._held_enter = False
            tokens = [Character("\r"), *tokens]
        read: list[Token] = []
        text_follows = False
        for token in reversed(_without_line_feeds(tokens)):
            if token == _ENTER and text_follows:
                self._is_pasting = True
                token = _NEW_LINE
            text_follows = _is_text(token) or (text_follows and token in (_NEW_LINE, _TAB))
            read.append(token)
        read.reverse()
        if self._is_pasting and read and read[-1] == _ENTER:
            self._held_enter = True
            read.pop()
        return read

    def _emit(self, tokens: list[Token]) -> None:
        for token in tokens:
            match token:
                case Sequence("[", body, "u") if body.startswith("?"):
                    self.on_protocol()
                case Sequence("[", body, final) if body.startswith("?"):
                    self.on_answer(f"[{body}{final}")
                case Sequence("[", "", "I" | "O" as focus):
                    self.on_answer(f"[{focus}")
                case Answer(text):
                    self.on_answer(text)
        for key in self._keys(tokens):
            self._give(key)

    def _keys(self, tokens: list[Token]) -> Iterator[KeyPress]:
        for stays, run in groupby(tokens, self._stays):
            keys = [key for token in run for key in decode(token)]
            whole = "".join(key.data for key in keys)
            is_run = len(keys) >= LONG_RUN or "\t" in whole
            is_one = self._takes_lines and stays and is_run
            yield from [KeyPress(RUN_KEY, whole)] if is_one else keys

    def _stays(self, token: Token) -> bool:
        """Whether the token is a character that is inserted as it is; a tab is, in a paste."""
        if token == _NEW_LINE or (token == _TAB and self._is_pasting):
            return True
        return _is_text(token) and isinstance(token, Character) and token.text.isprintable()


def _nothing() -> None:
    pass


_answer = re.compile(r"[\]P]|\[\?")
_ENTER, _NEW_LINE, _TAB = Character("\r"), Character("\n"), Character("\t")


def _is_text(token: Token) -> bool:
    """Whether the token is a character that types itself."""
    return isinstance(token, Character) and not token.is_alt and token.text >= " "


def _without_line_feeds(tokens: list[Token]) -> list[Token]:
    """The tokens, with the line ends of Windows reduced to Enter."""
    pairs = zip([None, *tokens], tokens, strict=False)
    return [token for before, token in pairs if (before, token) != (_ENTER, _NEW_LINE)]
