"""Turns files and URLs into content blocks, for `-a` and /attach.

Each file is read once: its bytes become part of the conversation, so that a later change of
the file changes nothing. The first bytes decide the type, not the name. Only names that the
user typed are read, never names from a model or a pipe.
"""

from __future__ import annotations

import base64
import errno
from pathlib import Path
from urllib.parse import urlsplit

from streamchat.core.errors import InvalidRequest, NotFound
from streamchat.core.formatting import format_path, quoted
from streamchat.core.messages import Block
from streamchat.posix.files import Wait, read_file

LARGEST_BYTES = 32 * 1024 * 1024  # the limit of a whole request
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def read_attachment(ref: str, *, cwd: Path, piped: bytes, wait: Wait | None = None) -> Block:
    """The block for a path, a URL (http, https), or "-", which stands for the piped data.
    With `wait`, the path may be a pipe.

    Raises NotFound if it cannot be read, InvalidRequest if it cannot be sent.
    """
    if ref == "-":
        return build_block(piped, name="stdin")
    if ref.startswith(("http://", "https://")):
        return _by_address(ref)
    path = _locate(ref, cwd)
    return build_block(_read(path, wait), name=path.name)


def build_block(data: bytes, *, name: str) -> Block:
    """The content block for these bytes."""
    if not data:
        raise InvalidRequest(f"{name} is empty.")
    if (image := _image_type(data)) is not None:
        return {"type": "image", "source": _base64(image, data)}
    if data.startswith(b"%PDF-"):
        return {"type": "document", "source": _base64("application/pdf", data), "title": name}
    if (text := _text(data)) is None:
        raise InvalidRequest(f"{name} is not an image (PNG, JPEG, GIF, WebP), a PDF or text.")
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "title": name}


def _locate(ref: str, cwd: Path) -> Path:
    try:
        return cwd / Path(ref).expanduser()
    except RuntimeError as error:  # ~name of nobody
        raise NotFound(f"{quoted(ref)}: there is no such user.") from error


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


def _text(data: bytes) -> str | None:
    """The text; None if the data holds a NUL or is not UTF-8."""
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None
