"""Splits a typed or dropped text into paths, addresses and globs.

Rules: a text that is the name of a file is that file, blanks included. Otherwise it is split
as a shell does it, so that quotes and backslashes keep blanks. `~` and `file://` are paths.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from streamchat.attachments.walking import is_glob
from streamchat.core.errors import NotFound
from streamchat.core.formatting import quoted

STDIN = "-"
_LOCAL = ("", "localhost")
_OTHER_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)  # not http, https, file


def split_references(text: str, cwd: Path) -> list[str]:
    """The references in a text, each a path, a glob, an address or "-"."""
    text = text.strip()
    is_one_address = is_address(text) and len(text.split()) == 1
    if text == STDIN or is_one_address or names_file(text, cwd):
        return [text]
    try:
        words = shlex.split(text)
    except ValueError:  # an apostrophe
        return [text]
    if len(words) < 2:
        return words or [text]
    is_one = not any(names_something(word, cwd) for word in words)
    return [text] if is_one else words


def is_address(reference: str) -> bool:
    return reference.lower().startswith(("http://", "https://"))


def names_something(reference: str, cwd: Path) -> bool:
    """Whether the reference is an address, or a path or glob that may be found."""
    is_known = reference == STDIN or is_address(reference) or is_glob(reference)
    return is_known or names_file(reference, cwd)


def names_file(reference: str, cwd: Path) -> bool:
    try:
        return os.path.lexists(locate(reference, cwd))
    except NotFound:
        return False


def locate(reference: str, cwd: Path) -> Path:
    """The path that a reference names. Raises NotFound if it cannot be one."""
    if reference.startswith("file:"):
        reference = _path_of_address(reference)
    elif _OTHER_ADDRESS.match(reference) and not os.path.lexists(cwd / reference):
        raise NotFound(f"{quoted(reference)} is not an http or https address.")
    try:
        return cwd / Path(reference).expanduser()
    except RuntimeError as error:  # no user has that name
        if os.path.lexists(cwd / reference):
            return cwd / reference
        raise NotFound(f"{quoted(reference)}: there is no such user.") from error


def _path_of_address(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise NotFound(f"{quoted(address)} is not a valid address: {error}.") from error
    if parts.netloc not in _LOCAL:
        raise NotFound(f"{quoted(address)} names a file on another computer.")
    return unquote(parts.path)
