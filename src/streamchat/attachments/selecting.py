"""Reads the files, directories, globs and addresses that the references in a text name.

Each file is read once: its bytes become part of the conversation, so that a later change of
the file changes nothing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from streamchat.attachments.blocks import BuiltBlock, build_block
from streamchat.attachments.references import (
    STDIN,
    is_address,
    locate,
    names_file,
    split_references,
)
from streamchat.attachments.walking import files_matching, files_under, is_directory, is_glob
from streamchat.core.attachment_blocks import FileBlock, Selection, each_file_once
from streamchat.core.errors import InvalidRequest, NotFound, StreamchatError
from streamchat.core.formatting import format_path
from streamchat.core.media_limits import MediaLimits
from streamchat.core.messages import Block
from streamchat.posix.files import Wait, read_file

LARGEST_BYTES = 32 * 1024 * 1024  # the limit of a whole request


def refuse_address(address: str) -> BuiltBlock:
    raise InvalidRequest(f"{format_path(address)} cannot be fetched here.")


@dataclass(frozen=True, slots=True)
class ReferenceScope:
    """How references are read: paths begin at `cwd`, "-" is the `piped` data, with `wait` a
    path may be a pipe, `fetch` gets an address. `limits` are the model's."""

    cwd: Path
    piped: bytes = b""
    wait: Wait | None = None
    limits: MediaLimits | None = None
    fetch: Callable[[str], BuiltBlock] = refuse_address


@dataclass(slots=True)
class _Collected:
    blocks: list[Block] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_expanded: bool = False

    def add(self, built: BuiltBlock) -> None:
        self.blocks.append(built.block)
        if built.note:
            self.notes.append(built.note)


def select_files(text: str, reach: ReferenceScope) -> Selection:
    """The selections for the references in a text, in their order. Raises NotFound
    if one cannot be read, InvalidRequest if one cannot be sent."""
    found = _Collected()
    for reference in split_references(text, reach.cwd):
        files = _expand(reference, reach.cwd)
        if files is None:
            found.add(read_attachment(reference, reach))
        else:
            found.is_expanded = True
            _add_all(files, reference, reach, found)
    blocks, notes = each_file_once(found.blocks), tuple(dict.fromkeys(found.notes))
    return Selection(blocks, found.is_expanded, tuple(dict.fromkeys(found.left_out)), notes)


def read_attachment(reference: str, reach: ReferenceScope) -> BuiltBlock:
    """The selection for a path, an address (http, https) or "-". Raises NotFound if it cannot
    be read, InvalidRequest if it cannot be sent."""
    if reference == STDIN:
        return build_block(reach.piped, name="stdin", limits=reach.limits)
    if is_address(reference):
        return reach.fetch(reference)
    path = locate(reference, reach.cwd)
    return _build_file(path, _read(path, reach.wait), path.name, reach.limits)


def names_files(reference: str, *, cwd: Path) -> bool:
    """Whether a reference is a file, a directory, a glob that matches, or an address."""
    if is_address(reference):
        return True
    try:
        path = locate(reference, cwd)
        if is_glob(reference) and not path.exists():
            return bool(files_matching(reference, cwd))
        return path.exists()
    except (StreamchatError, OSError, ValueError):
        return False


def names_pipe(text: str, *, cwd: Path) -> bool:
    """Whether one of the references is a named pipe."""
    try:
        references = split_references(text, cwd)
        paths = [locate(each, cwd) for each in references if not is_address(each)]
        return any(path.is_fifo() for path in paths)
    except (StreamchatError, OSError, ValueError):
        return False


def _expand(reference: str, cwd: Path) -> list[Path] | None:
    """The files of a directory or a glob; None for any other reference."""
    if reference == STDIN or is_address(reference):
        return None
    path = locate(reference, cwd)
    if is_directory(path):
        return files_under(path.resolve() if ".." in path.parts else path)
    if is_glob(reference) and not names_file(reference, cwd):
        return files_matching(reference, cwd)
    return None


def _describe_empty(reference: str, refused: list[str]) -> str:
    why = f": {refused[0]}" if refused else "."
    if is_glob(reference):
        return f"{format_path(reference)} matches no file that can be attached{why}"
    name = format_path(reference)
    return f"Cannot read {name}: it is a directory without a file that can be attached{why}"


def _add_all(
    files: list[Path], reference: str, reach: ReferenceScope, found: _Collected
) -> None:
    """The blocks of all files, and why some files have none."""
    before, size, refused = len(found.blocks), 0, []
    limits = reach.limits
    if limits is not None and len(files) > limits.many:
        limits = replace(limits, seen_side=min(limits.seen_side, limits.side_of_many))
    for path in files:
        name = str(path.relative_to(reach.cwd) if path.is_relative_to(reach.cwd) else path)
        try:
            data = _read(path, None)
            found.add(_build_file(path, data, name, limits))
        except StreamchatError as error:
            refused.append(error.message)
            continue
        size += len(data)
        if size > LARGEST_BYTES:
            raise InvalidRequest(
                "These files are larger than 32 MB, the limit of a request: name fewer."
            )
    if len(found.blocks) == before:
        raise NotFound(_describe_empty(reference, refused))
    found.left_out += refused


def _build_file(path: Path, data: bytes, name: str, limits: MediaLimits | None) -> BuiltBlock:
    built = build_block(data, name=name, limits=limits)
    return replace(built, block=FileBlock(built.block, os.path.realpath(path), data))


def _read(path: Path, wait: Wait | None) -> bytes:
    try:
        return read_file(path, most_bytes=LARGEST_BYTES, wait=wait)
    except OSError as error:
        name = format_path(str(path))
        if error.errno == errno.EFBIG:
            raise InvalidRequest(
                f"{name} is larger than 32 MB, the limit of a request."
            ) from error
        raise NotFound(f"Cannot read {name}: {error.strerror}.") from error
