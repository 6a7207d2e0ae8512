"""Reads settings files: regular files of a limited size; every error is one line.

Owns python-dotenv and tomllib. They are imported only if there is a file.

Rule 1: nothing is expanded. `${ANTHROPIC_API_KEY}` in a file could carry a key from the
environment to a host of the file's choice.
Rule 2: files are opened as `posix.files` does: without waiting, bounded, judged when open. A
pipe is read only where the user named it (`--env-file <(pass show x)`).
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
_OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO
_ANYBODY_WRITES = stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class FileText:
    """A file and its permissions (`mode`)."""

    path: Path
    text: str
    mode: int


def read_text(
    path: Path, *, largest_bytes: int = LARGEST_BYTES, wait: Wait | None = None
) -> FileText | None:
    """The text of a file, or of a pipe if `wait` is given; None if it does not exist.
    Raises ConfigError."""
    try:
        data, found = read_with_status(path, most_bytes=largest_bytes, wait=wait)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        raise ConfigError(f"{format_path(str(path))}: {error.strerror}") from error
    return FileText(path, _decode(path, data), found.st_mode)


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text") from error


def private(file: FileText) -> FileText:
    """Refuse a file that holds keys if others can read it."""
    if file.mode & _OTHERS_READ:
        path = shlex.quote(str(file.path))
        raise ConfigError(f"others can read {file.path}; type: chmod 600 {path}")
    return file


def own(file: FileText) -> FileText:
    """Refuse a settings file if anybody can write it."""
    if file.mode & _ANYBODY_WRITES:
        path = shlex.quote(str(file.path))
        raise ConfigError(f"anybody can write {file.path}; type: chmod o-w {path}")
    return file


def parse_env(file: FileText) -> Mapping[str, str]:
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


def parse_toml(file: FileText) -> Mapping[str, object]:
    """The table of a TOML file. Raises ConfigError that names the line."""
    import tomllib  # 13 ms, spent only if there is such a file

    try:
        return tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        is_syntax = isinstance(error, tomllib.TOMLDecodeError)
        reason = str(error) if is_syntax else "nested too deeply"
        raise ConfigError(f"{file.path}: {reason}") from error
