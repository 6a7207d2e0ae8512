"""Writes an exported file: whole or not at all, and over another one only on request.

A file is written under a scratch name in the same directory, and renamed when it is whole and
on disk. A scratch file whose process was killed is removed by the next export there.
"""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from pathlib import Path

from streamchat.core.errors import DiskError, UsageError
from streamchat.core.formatting import format_path

_SCRATCH = re.compile(r"\.streamchat-(\d+)\.new")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)  # FAT, some FUSE


def write_new_file(text: str, path: Path, *, replace: bool, how_to_replace: str) -> None:
    """Raises UsageError, which says `how_to_replace` it, for a file that exists; DiskError
    for what the system refuses."""
    name = format_path(str(path))
    try:
        target = path.resolve() if replace and path.exists() else path
        if target.is_dir():
            raise OSError(errno.EISDIR, "It is a directory")
        if replace and target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "It is not a regular file")
        _clear_scratch(target.parent)
        _write(text.encode("utf-8", "replace"), target, replace=replace)
    except FileExistsError as error:
        raise UsageError(f"{name} already exists; {how_to_replace}.") from error
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise DiskError(f"Cannot write {name}: {reason[:1].lower()}{reason[1:]}.") from error


def _write(data: bytes, target: Path, *, replace: bool) -> None:
    scratch = target.parent / f".streamchat-{os.getpid()}.new"
    try:
        with scratch.open("xb") as file:
            if replace and target.exists():
                os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            scratch.replace(target)
        else:
            _give_name(scratch, target)
    finally:
        scratch.unlink(missing_ok=True)


def _give_name(scratch: Path, target: Path) -> None:
    """Raises FileExistsError for a name that is taken."""
    try:
        target.hardlink_to(scratch)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists() or target.is_symlink():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        scratch.rename(target)


def _clear_scratch(directory: Path) -> None:
    """Remove the scratch files of processes that no longer run."""
    with suppress(OSError):
        for each in directory.iterdir():
            if (found := _SCRATCH.fullmatch(each.name)) and not _is_running(int(found[1])):
                each.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return False  # left by an older process with our number
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
