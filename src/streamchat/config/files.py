"""Reads settings files: regular files of a limited size; every error is one line.

Owns python-dotenv and tomllib. They are imported only if there is a file.

Rule 1: nothing is expanded. `${ANTHROPIC_API_KEY}` in a file could carry a key from the
environment to a host of the file's choice. Rule 2: settings belong to the user or to root, and
nobody else can write them; a link is followed if the same is true of its target. As with ssh,
anything else is refused with the command that fixes it. The group may write a file only if the
file cannot hold keys. Rule 3: files are opened as `posix.files` does: without waiting,
bounded, judged when open. A pipe is read only where the user named it (`--env-file <(pass show
x)`).
"""

from __future__ import annotations

import errno
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from streamchat.core.errors import ConfigError
from streamchat.core.formatting import format_path
from streamchat.posix.files import Wait, read_with_status

LARGEST_BYTES = 1_000_000
_OTHERS_USE = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file, its permissions (`mode`) and its owner's number."""

    path: Path
    text: str
    mode: int
    owner: int


def read_text(
    path: Path, *, largest_bytes: int = LARGEST_BYTES, wait: Wait | None = None
) -> TextFile | None:
    """The text of a file, or of a pipe if `wait` is given; None if it does not exist.
    Raises ConfigError."""
    try:
        data, found = read_with_status(path, most_bytes=largest_bytes, wait=wait)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        raise ConfigError(f"{format_path(str(path))}: {error.strerror}") from error
    return TextFile(path, _decode(path, data), found.st_mode, found.st_uid)


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text") from error


def require_owned(path: Path, mode: int, owner: int, *, user: int) -> None:
    """Refuse a file that belongs to neither the user nor root, or that anybody can write."""
    if owner not in (user, 0):
        raise ConfigError(
            f"{path} belongs to {owner_name(owner)}, not to you;"
            f" check it, then type: sudo chown {user} {_quoted(path)}"
        )
    if mode & stat.S_IWOTH:
        raise ConfigError(f"anybody can write {path}; type: chmod o-w {_quoted(path)}")


def check_writers(file: TextFile, *, user: int) -> tuple[str, ...]:
    """Warnings if the group can write one of the user's files, or its directory. Raises
    ConfigError as `require_owned` does."""
    require_owned(file.path, file.mode, file.owner, user=user)
    notes = (*check_directory(file.path.parent, user=user), _group_note(file.path, file.mode))
    return tuple(filter(None, notes))


def check_directory(directory: Path, *, user: int) -> tuple[str, ...]:
    """The same for a directory: who can write the directory can replace its files."""
    try:
        found = directory.stat()
    except OSError:
        return ()  # reading the files will say so
    require_owned(directory, found.st_mode, found.st_uid, user=user)
    note = _group_note(directory, found.st_mode)
    return (note,) if note else ()


def require_private(path: Path, mode: int) -> None:
    """Refuse a file that holds keys if others can read or write it."""
    if mode & _OTHERS_USE:
        raise ConfigError(f"others can read {path}; type: chmod 600 {_quoted(path)}")


def require_group_cannot_write(path: Path, mode: int) -> None:
    """Refuse a file that its group can write."""
    if note := _group_note(path, mode):
        raise ConfigError(note)


def _group_note(path: Path, mode: int) -> str:
    if not mode & stat.S_IWGRP:
        return ""
    return f"the group of {path} can write it; type: chmod g-w {_quoted(path)}"


def owner_name(owner: int) -> str:
    """The name of a user, or the number if there is no name."""
    import pwd  # needed only for a question or a refusal

    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def parse_env(file: TextFile) -> Mapping[str, str]:
    """The variables of an env file, literally. Raises ConfigError that names the line."""
    # 25 ms, spent only if there is such a file. The parser, because dotenv_values() only
    # logs a bad line.
    from dotenv.parser import parse_stream

    variables = {}
    for binding in parse_stream(StringIO(file.text)):
        if binding.error:
            blank = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string.count("\n", 0, blank)
            raise ConfigError(f"{file.path}, line {line}: write NAME=value")
        if binding.key is not None:
            variables[binding.key] = binding.value or ""
    return variables


def parse_toml(file: TextFile) -> Mapping[str, object]:
    """The table of a TOML file. Raises ConfigError that names the line."""
    import tomllib  # 13 ms, spent only if there is such a file

    try:
        return tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        is_syntax = isinstance(error, tomllib.TOMLDecodeError)
        reason = str(error) if is_syntax else "nested too deeply"
        raise ConfigError(f"{file.path}: {reason}") from error
