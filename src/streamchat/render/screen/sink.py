"""A safe way to write to the terminal's stream.

Rule 1: the loss of the terminal (closed window, broken pipe) is remembered, not raised: what
still arrives has to be kept, whether or not it can be shown.
Rule 2: a character that the encoding lacks becomes as many "?" as it has cells; our own few
signs become similar ASCII characters.
"""

from __future__ import annotations

import codecs
import os
from typing import TextIO

from streamchat.core.terminal import is_unicode
from streamchat.render.cells import cell_len

_AS_WIDE = "streamchat.as-wide"
_LIKENESS = {"·": "-", "…": "~"}


def _as_wide(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_LIKENESS.get(char, "?" * cell_len(char)) for char in lacking), error.end


codecs.register_error(_AS_WIDE, _as_wide)


class Sink:
    """A text file for `rich.console.Console`; `gone` says why nothing is written any
    longer."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding or "utf-8"
        self._takes_all = is_unicode(self.encoding)
        self.gone: OSError | None = None

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        if self.gone is None:
            try:
                self._stream.write(text if self._takes_all else self._encodable(text))
            except OSError as error:
                self.gone = error
        return len(text)

    def flush(self) -> None:
        if self.gone is None:
            try:
                self._stream.flush()
            except OSError as error:
                self.gone = error

    def write_now(self, text: str) -> None:
        """Bypass every buffer and lock, as a signal handler must."""
        try:
            os.write(self._stream.fileno(), text.encode())
        except ValueError:  # not a real file, or closed: `fileno` raises it
            self.write(text)
            self.flush()
        except OSError as error:
            self.gone = error

    def _encodable(self, text: str) -> str:
        return text.encode(self.encoding, _AS_WIDE).decode(self.encoding)
