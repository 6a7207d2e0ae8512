"""Reads stdin when it is a pipe."""

from __future__ import annotations

import errno

from streamchat.cli.run import Run
from streamchat.core.errors import InvalidRequest, NotFound
from streamchat.posix.files import read_stream

LARGEST_INPUT = 32 * 1024 * 1024  # bytes; the API takes no larger request


def read_piped(run: Run) -> bytes:
    """All of stdin. Raises NotFound when it cannot be read, InvalidRequest when it is more
    than a request may hold."""
    try:
        return read_stream(run.env.stdin.buffer, most_bytes=LARGEST_INPUT)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise InvalidRequest(
                "stdin holds more than 32 MB, the limit of a request."
            ) from error
        raise NotFound(f"stdin cannot be read: {error.strerror}.") from error


def decode_piped(run: Run, data: bytes, name: str = "stdin") -> str:
    """Decode as UTF-8. Invalid bytes are replaced; a note says how many."""
    text = data.decode("utf-8", errors="replace")
    if bad := text.count("\ufffd") - data.count("\ufffd".encode()):
        run.notes.note(f"{name} is not valid UTF-8: {bad} sequences were replaced.")
    return text
