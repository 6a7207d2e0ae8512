"""The content block for the bytes of a file. The first bytes decide the type, not the name.

An image block carries its name as `title`, which is for people and is never sent.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from streamchat.attachments.images import fit_image, is_animated
from streamchat.attachments.refused import describe_refused
from streamchat.attachments.texts import decode_text, notebook_text
from streamchat.core.errors import InvalidRequest
from streamchat.core.formatting import format_path
from streamchat.core.media_limits import MediaLimits
from streamchat.core.messages import Block

_BLANKS = b"\0\t\n\f\r "  # that may come before a PDF
_WITHOUT_PASSWORD = "models read only PDFs without a password"
_READ_BY_CLAUDE = "few models but Claude read PDFs: attach its text if the answer ignores it"


@dataclass(frozen=True, slots=True)
class BuiltBlock:
    """A block; `note` says what was done to the file, "" for nothing."""

    block: Block
    note: str = ""


def build_block(
    data: bytes, *, name: str, place: str = "", limits: MediaLimits | None = None
) -> BuiltBlock:
    """The content block for these bytes, for a model with these limits. Messages name the
    place that they come from. Raises InvalidRequest if they cannot be sent."""
    shown = format_path(place or name)
    if not data:
        raise InvalidRequest(f"{shown} is empty.")
    if (image := image_type(data)) is not None:
        fitted = fit_image(data, image, name=shown, limits=limits)
        source = _base64(fitted.media_type, fitted.data)
        note = f"{shown} was {fitted.note}." if fitted.note else ""
        if is_animated(data):
            note = f"{note} {shown} is animated: a model sees its first picture.".strip()
        return BuiltBlock({"type": "image", "source": source, "title": name}, note)
    if (pdf := data.lstrip(_BLANKS)).startswith(b"%PDF-"):
        note = f"{shown} is a PDF, and {_READ_BY_CLAUDE}." if limits is None else ""
        if b"/Encrypt" in pdf:
            note = f"{shown} is encrypted: {_WITHOUT_PASSWORD}."
        return BuiltBlock(_document(_base64("application/pdf", pdf), name), note)
    if refused := describe_refused(data):
        raise InvalidRequest(f"{shown} is {refused}.")
    if (text := decode_text(data)) is None:
        raise InvalidRequest(f"{shown} is not an image (PNG, JPEG, GIF, WebP), a PDF or text.")
    if not text.strip():
        raise InvalidRequest(f"{shown} holds no text.")
    if not name.endswith(".ipynb"):
        return BuiltBlock(build_text(text, name))
    cells = notebook_text(text)
    note = f"{shown} is not a whole notebook: it is sent as it is." if cells is None else ""
    return BuiltBlock(build_text(cells or text, name), note)


def build_text(text: str, name: str) -> Block:
    return _document({"type": "text", "media_type": "text/plain", "data": text}, name)


def _document(source: Block, name: str) -> Block:
    return {"type": "document", "source": source, "title": name}


def image_type(data: bytes) -> str | None:
    """The media type of an image that a model reads."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def image_suffix(data: bytes) -> str:
    """The suffix for the name of a file with this image; "" if it is not an image."""
    kind = (image_type(data) or "").removeprefix("image/")
    return "jpg" if kind == "jpeg" else kind


def _base64(media_type: str, data: bytes) -> Block:
    encoded = base64.b64encode(data).decode("ascii")
    return {"type": "base64", "media_type": media_type, "data": encoded}
