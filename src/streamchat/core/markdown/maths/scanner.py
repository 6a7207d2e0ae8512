"""TeX cut into tokens, and how far they have been read."""

from __future__ import annotations

import re

from streamchat.core.markdown.maths.nodes import Unformattable

_token = re.compile(r"\\(?:[A-Za-z]+\*?|.)|\d+(?:[.,]\d+)*|\s+|%[^\n]*\n?|.", re.DOTALL)


class Scanner:
    def __init__(self, source: str) -> None:
        self._tokens = [token for token in _token.findall(source) if token[0] != "%"]
        self._at = 0

    def peek(self, ahead: int = 0) -> str:
        """A token that is not read yet; "" at the end."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def next(self) -> str:
        """Read a token. Raises Unformattable at the end."""
        token = self.peek()
        if not token:
            raise Unformattable("it ends too early")
        self._at += 1
        return token

    def skip_blanks(self) -> None:
        while self.peek().isspace():
            self._at += 1

    def split_digits(self) -> None:
        """Make tokens of their own of the digits that are next."""
        self._tokens[self._at : self._at + 1] = list(self.peek())

    def optional(self) -> str:
        """Read `[…]` if it is next, as it was written."""
        if self.peek() != "[":
            return ""
        return self._up_to("[", "]")

    def verbatim(self) -> str:
        """Read `{…}` as it was written."""
        self.skip_blanks()
        if self.peek() != "{":
            raise Unformattable("an argument is missing")
        return self._up_to("{", "}")

    def _up_to(self, opening: str, closing: str) -> str:
        self._at += 1
        start, depth = self._at, 1
        while depth:
            token = self.next()
            depth += {opening: 1, closing: -1}.get(token, 0)
        return "".join(self._tokens[start : self._at - 1])
