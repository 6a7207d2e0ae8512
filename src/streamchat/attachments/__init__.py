"""Turns files and URLs into content blocks, for `-a`, /attach and `@path`.

Each file is read once: its bytes become part of the conversation, so that a later change of
the file changes nothing. The first bytes decide the type, not the name. Only names that the
user typed are read, never names from a model or a pipe.
"""

from __future__ import annotations

import base64
import errno
from pathlib import Path
from urllib.parse import urlsplit

from streamchat.attachments.references import (
    STDIN,
    is_address,
    locate,
    names_file,
    split_references,
)
from streamchat.attachments.refused import describe_refused
from streamchat.attachments.texts import decode_text, notebook_text
from streamchat.attachments.walking import files_matching, files_under, is_glob
from streamchat.core.attaching import Selection
from streamchat.core.errors import InvalidRequest, NotFound, StreamchatError
from streamchat.core.formatting import format_path, quoted
from streamchat.core.messages import Block
from streamchat.posix.files import Wait, read_file

LARGEST_BYTES = 32 * 1024 * 1024  # the limit of a whole request
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def select_files(
    text: str, *, cwd: Path, piped: bytes = b"", wait: Wait | None = None
) -> Selection:
    """Everything that the references in a text stand for, in their order. Raises NotFound
    if one cannot be read, InvalidRequest if one cannot be sent."""
    blocks: list[Block] = []
    left_out: list[str] = []
    is_expanded = False
    for reference in split_references(text, cwd):
        if (files := _expand(reference, cwd)) is None:
            blocks.append(read_attachment(reference, cwd=cwd, piped=piped, wait=wait))
            continue
        is_expanded = True
        found, refused = _read_all(files, cwd)
        if not found:
            raise NotFound(_describe_empty(reference, refused))
        blocks += found
        left_out += refused
    return Selection(tuple(blocks), is_expanded, tuple(left_out))


def names_files(reference: str, *, cwd: Path) -> bool:
    """Whether a reference is a file, a directory, or a glob that matches."""
    try:
        path = locate(reference, cwd)
        if is_glob(reference) and not path.exists():
            return bool(files_matching(reference, cwd))
        return path.exists()
    except (StreamchatError, OSError, ValueError):
        return False


def read_attachment(ref: str, *, cwd: Path, piped: bytes, wait: Wait | None = None) -> Block:
    """The block for a path, a URL (http, https), or "-", which stands for the piped data.
    With `wait`, the path may be a pipe.

    Raises NotFound if it cannot be read, InvalidRequest if it cannot be sent.
    """
    if ref == STDIN:
        return build_block(piped, name="stdin")
    if is_address(ref):
        return _by_address(ref)
    path = locate(ref, cwd)
    return build_block(_read(path, wait), name=path.name)


def _expand(reference: str, cwd: Path) -> list[Path] | None:
    """The files of a directory or a glob; None for any other reference."""
    if reference == STDIN or is_address(reference):
        return None
    path = locate(reference, cwd)
    if _is_directory(path):
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


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no name of a file: too long, or with a NUL
        return False


def _read_all(files: list[Path], cwd: Path) -> tuple[list[Block], list[str]]:
    """The blocks, and why some files have none."""
    blocks, refused, size = [], [], 0
    for path in files:
        name = str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)
        try:
            data = _read(path, None)
            blocks.append(build_block(data, name=name))
        except StreamchatError as error:
            refused.append(error.message)
            continue
        size += len(data)
        if size > LARGEST_BYTES:
            raise InvalidRequest(
                "These files are larger than 32 MB, the limit of a request: name fewer."
            )
    return blocks, refused


def build_block(data: bytes, *, name: str) -> Block:
    """The content block for these bytes."""
    shown = format_path(name)
    if not data:
        raise InvalidRequest(f"{shown} is empty.")
    if (image := _image_type(data)) is not None:
        return {"type": "image", "source": _base64(image, data)}
    if data.startswith(b"%PDF-"):
        return {"type": "document", "source": _base64("application/pdf", data), "title": name}
    if refused := describe_refused(data):
        raise InvalidRequest(f"{shown} is {refused}.")
    if (text := decode_text(data)) is None:
        raise InvalidRequest(f"{shown} is not an image (PNG, JPEG, GIF, WebP), a PDF or text.")
    if name.endswith(".ipynb"):
        text = notebook_text(text) or text
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "title": name}


def _by_address(url: str) -> Block:
    """The server fetches the URL; its path decides between image and document."""
    source = {"type": "url", "url": url}
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError, too
    except ValueError as error:
        raise NotFound(f"{quoted(url)} is not a valid URL: {error}.") from error
    if not parts.hostname:
        raise NotFound(f"{quoted(url)} is not a valid URL: it has no host.")
    path = parts.path.lower()
    return {"type": "image" if path.endswith(_IMAGE_SUFFIXES) else "document", "source": source}


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


def _image_type(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def _base64(media_type: str, data: bytes) -> Block:
    encoded = base64.b64encode(data).decode("ascii")
    return {"type": "base64", "media_type": media_type, "data": encoded}
