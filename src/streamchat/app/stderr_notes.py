"""Notes and errors on stderr: one clear line each, sanitised and without secrets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from streamchat.app.json_lines import format_error, write_line
from streamchat.core.errors import StreamchatError
from streamchat.core.sanitize import clean
from streamchat.core.terminal import Depth

_DIM, _BOLD, _RED, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[31m", "\x1b[0m"


@dataclass(slots=True)
class Notes:
    """`redact` masks secrets in every line; with `as_json`, errors are JSON objects."""

    stderr: TextIO
    redact: Callable[[str], str]
    depth: Depth = Depth.NOTHING
    width: int = 80
    quiet: bool = False
    as_json: bool = False
    _held: list[str] | None = None  # None while lines are written at once

    def hold(self) -> None:
        """Keep every line until `release`."""
        self._held = self._held or []

    def release(self) -> None:
        """Write what was kept."""
        held, self._held = self._held, None
        if held:
            self._write("".join(held))

    def note(self, text: str) -> None:
        """Write a remark; nothing with --quiet or when the output is JSON."""
        if text and not self.quiet and not self.as_json:
            self._say(text, _DIM)

    def error(self, error: StreamchatError) -> None:
        """Write a failure, even with --quiet."""
        if self.as_json:
            with _unheard(self.stderr):
                write_line(self.stderr, format_error(error, self.redact(error.message)))
        else:
            has_colours = self.depth >= Depth.COLOURS_16
            self._say(f"streamchat: {error.message}", _RED if has_colours else _BOLD)

    def warn(self, text: str) -> None:
        """Write a failure that does not end the program."""
        self.error(StreamchatError(text))

    def _say(self, text: str, style: str) -> None:
        safe = clean(self.redact(text))
        if self.depth > Depth.NOTHING:
            safe = "\n".join(_wrapped(line, self.width) for line in safe.split("\n"))
            safe = f"{style}{safe}{_PLAIN}"
        if self._held is None:
            self._write(f"{safe}\n")
        else:
            self._held.append(f"{safe}\n")

    def _write(self, text: str) -> None:
        with _unheard(self.stderr):
            self.stderr.write(text)
            self.stderr.flush()


def _wrapped(line: str, width: int) -> str:
    """Wrap at words; a URL stays whole, so that it can be copied."""
    import textwrap  # 7 ms, and most runs say nothing here

    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


@contextmanager
def _unheard(stderr: TextIO) -> Iterator[None]:
    """While entered, a full disk or a closed pipe at stderr loses the remark, not the
    answer."""
    try:
        yield
    except OSError:
        silence(stderr)


def silence(stream: TextIO) -> None:
    """Redirect a stream whose pipe was closed to /dev/null, so that the interpreter's
    flush at exit does not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
