"""Writing an exported file: never over another one unless that was asked for."""

from __future__ import annotations

import os
from pathlib import Path

from streamchat.core.errors import DiskError, UsageError
from streamchat.core.formatting import format_path


def write_new_file(text: str, path: Path, *, replace: bool) -> None:
    """Raises UsageError when the file exists and is not to be replaced, DiskError for
    what the system refuses. A file that is replaced is so at once, or not at all."""
    try:
        if replace and path.exists():
            _replace(text, path.resolve())
        else:
            _write(text, path)
    except FileExistsError as error:
        raise UsageError(
            f"{format_path(str(path))} is there already; a ! after the name writes over it."
        ) from error
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        message = f"Cannot write {format_path(str(path))}: {reason[:1].lower()}{reason[1:]}."
        raise DiskError(message) from error


def _replace(text: str, path: Path) -> None:
    if not path.is_file():
        raise OSError(0, "It is no regular file")
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _write(text, beside)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _write(text: str, path: Path) -> None:
    with path.open("xb") as file:
        file.write(text.encode("utf-8", "replace"))
