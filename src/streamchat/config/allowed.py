"""Which ./.env files the user allowed: a list of digests of path and content.

Owns the list (mode 0600). As with direnv, a changed
file or a copy elsewhere needs a new decision.

A line holds `allow` or `deny`, the digest, and the path for human readers. The last line for
a digest counts. An unreadable line allows nothing.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

from streamchat.config.files import TextFile, require_group_cannot_write, require_owned
from streamchat.core.errors import ConfigError, DiskError
from streamchat.posix.files import open_regular, read_with_status

_LARGEST_BYTES = 10_000_000  # some hundred thousand decisions


class Verdict(Enum):
    """The user's decision on a file; UNDECIDED is never written."""

    ALLOWED = "allow"
    DENIED = "deny"
    UNDECIDED = "ask"


def verdict(file: TextFile, path: Path, *, user: int) -> Verdict:
    """The decision on a file, from the list at `path`. Raises ConfigError if others can
    write the list."""
    try:
        data, found = read_with_status(path, most_bytes=_LARGEST_BYTES)
    except FileNotFoundError:
        return Verdict.UNDECIDED
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    require_owned(path, found.st_mode, found.st_uid, user=user)
    require_group_cannot_write(path, found.st_mode)
    lines = data.decode(errors="replace").splitlines()
    digest = _digest(file)
    said = Verdict.UNDECIDED
    for line in lines:
        word, _, rest = line.partition(" ")
        if rest.partition(" ")[0] == digest and word in (
            Verdict.ALLOWED.value,
            Verdict.DENIED.value,
        ):
            said = Verdict(word)
    return said


def remember(file: TextFile, said: Verdict, path: Path) -> None:
    """Add the decision to the list at `path`. Raises DiskError."""
    if said is Verdict.UNDECIDED:
        return
    line = f"{said.value} {_digest(file)} {str(file.path)!r}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = open_regular(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        with open(descriptor, "wb", buffering=0) as log:  # noqa: PTH123 - a descriptor
            log.write(line.encode("utf-8", errors="backslashreplace"))
    except OSError as error:
        raise DiskError(f"cannot write {path}: {error.strerror}") from error


def _digest(file: TextFile) -> str:
    import hashlib  # 5 ms, spent only for a ./.env that sets something of ours

    path = os.fsencode(file.path)
    return hashlib.sha256(b"%d:%s%s" % (len(path), path, file.text.encode())).hexdigest()
