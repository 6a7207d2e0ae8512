"""The version of a file, on its first line, and what needs which.

A conversation begins as version 1 and becomes version 2 with its first attachment, so that an
older program can go on with whatever it understands. The digit is the only byte of a file that
is ever written again.
"""

from __future__ import annotations

from streamchat.core.records.blobs import REFERENCE
from streamchat.core.records.values import VERSION

_VERSION_1 = b'{"streamchat": 1,'
VERSION_AT = _VERSION_1.index(b"1")  # where the digit stands in a file of ours
VERSION_DIGIT = str(VERSION).encode("ascii")


def is_version_1(beginning: bytes) -> bool:
    """Whether a file that begins so is of version 1, as this program writes it."""
    return beginning.startswith(_VERSION_1)


def needs_version_2(lines: bytes) -> bool:
    """Whether these lines cannot stand in a file of version 1."""
    return REFERENCE in lines


def with_version(lines: bytes) -> bytes:
    """The lines of a whole file, with the version that they need on the first."""
    if not (is_version_1(lines) and needs_version_2(lines)):
        return lines
    return lines[:VERSION_AT] + VERSION_DIGIT + lines[VERSION_AT + 1 :]
