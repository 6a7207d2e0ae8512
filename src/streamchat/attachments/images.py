"""Prepares an image for a model: upright, no larger than the model sees, without its location.

Rules: an image that fits is not encoded again. A damaged one is refused. Scaling and turning
need Pillow (the extra `images`); without it, an image that the model refuses is refused here,
by its limit, and damage is noticed only by a wrong end or checksum. With it, an image is
decoded; damage that decoders ignore (in a JPEG, which has no checksums) is sent.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamchat.attachments.metadata import orientation_of, without_metadata
from streamchat.core.errors import InvalidRequest
from streamchat.core.formatting import format_bytes
from streamchat.core.media_limits import MediaLimits
from streamchat.core.media_size import image_size, is_whole_image

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 250_000_000  # a larger one would take gigabytes of memory
INSTALL = "run pip install 'streamchat[images]' to have it scaled down"
_QUALITY = 90
_HEAD_BYTES = 2048
_FLAGS_AT = 20  # of a WebP image
_STEP = 0.75  # of the sides, until the bytes fit
_PLAIN_MODES = frozenset({"L", "LA", "RGB", "RGBA"})


@dataclass(frozen=True, slots=True)
class FittedImage:
    """The bytes to send; `note` says what was done to them."""

    data: bytes
    media_type: str
    note: str = ""


def fit_image(
    data: bytes, media_type: str, *, name: str, limits: MediaLimits | None
) -> FittedImage:
    """The image for a model with these limits. Raises InvalidRequest."""
    size = image_size(data)
    if size is None or not is_whole_image(data):
        raise _damaged(name)
    clean = without_metadata(data)
    fits = orientation_of(data) == 1 and not (limits and _exceeds(clean, size, limits))
    is_large = size[0] * size[1] > MOST_PIXELS
    if fits and is_large and limits is None:
        return FittedImage(clean, media_type)
    try:
        from PIL import Image  # 40 ms, only for images
    except ImportError:
        if limits is not None and _is_refused(clean, size, limits):
            why = _describe_refused(clean, size, limits, name)
            raise InvalidRequest(why, kind="request_too_large") from None
        return FittedImage(clean, media_type)
    if is_large:
        raise InvalidRequest(f"{name} has {size[0]} × {size[1]} pixels: make it smaller.")
    Image.MAX_IMAGE_PIXELS = None  # ours is checked above
    # Warnings about harmless damage would appear in the prompt of a chat.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    try:
        with Image.open(io.BytesIO(clean)) as opened:
            if not fits:
                return _fitted(opened, media_type, size, limits)
            opened.load()
            return FittedImage(clean, media_type)
    except (OSError, SyntaxError, ValueError) as error:
        raise _damaged(name) from error


def _damaged(name: str) -> InvalidRequest:
    return InvalidRequest(f"{name} is damaged: it cannot be read as an image.")


def is_animated(data: bytes) -> bool:
    """Whether it holds several pictures, by the marks that animations begin with."""
    if data.startswith(b"\x89PNG"):
        return b"acTL" in data[: data.find(b"IDAT")]
    if data.startswith(b"GIF"):
        return b"\x21\xff\x0bNETSCAPE2.0" in data[:_HEAD_BYTES]
    return data[12:16] == b"VP8X" and len(data) > _FLAGS_AT and bool(data[_FLAGS_AT] & 2)


def _exceeds(data: bytes, size: tuple[int, int], limits: MediaLimits) -> bool:
    return max(size) > limits.seen_side or len(data) > limits.image_bytes


def _is_refused(data: bytes, size: tuple[int, int], limits: MediaLimits) -> bool:
    return max(size) > limits.image_side or len(data) > limits.image_bytes


def _describe_refused(
    data: bytes, size: tuple[int, int], limits: MediaLimits, name: str
) -> str:
    if max(size) > limits.image_side:
        said = (
            f"{size[0]} × {size[1]} pixels, and the model takes {limits.image_side} on a side"
        )
    else:
        taken = format_bytes(limits.image_bytes)
        said = f"{format_bytes(len(data))}, and the model takes {taken}"
    return f"{name} has {said}: make it smaller, or {INSTALL}."


def _fitted(
    opened: Image, media_type: str, size: tuple[int, int], limits: MediaLimits | None
) -> FittedImage:
    """Raises OSError, SyntaxError, ValueError for a damaged image."""
    from PIL import ImageOps

    if limits is not None:
        opened.draft("RGB", (limits.seen_side, limits.seen_side))  # a JPEG is read smaller
    image = _plain(ImageOps.exif_transpose(opened))
    if limits is None:
        return FittedImage(*_encoded(image, media_type))
    side = min(limits.seen_side, max(image.size))
    while True:
        image.thumbnail((side, side), reducing_gap=2.0)
        data, made = _encoded(image, media_type)
        if len(data) <= limits.image_bytes:
            break
        media_type, side = "image/jpeg", int(side * _STEP) if made == "image/jpeg" else side
    return FittedImage(data, made, _describe_scaled(size, image.size))


def _plain(image: Image) -> Image:
    """The image in a mode that every format takes."""
    if image.mode in _PLAIN_MODES:
        return image
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    plain.info.pop("icc_profile", None)  # of the other mode
    return plain


def _encoded(image: Image, media_type: str) -> tuple[bytes, str]:
    """The bytes and their type: JPEG for a photo, PNG for everything else."""
    out = io.BytesIO()
    is_photo = media_type == "image/jpeg"
    profile = image.info.get("icc_profile")
    if is_photo:
        _on_white(image).save(out, "JPEG", quality=_QUALITY, icc_profile=profile)
    else:
        image.save(out, "PNG", icc_profile=profile)
    return without_metadata(out.getvalue()), "image/jpeg" if is_photo else "image/png"


def _on_white(image: Image) -> Image:
    from PIL import Image as images

    if image.mode not in ("RGBA", "LA"):
        return image
    white = images.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _describe_scaled(before: tuple[int, int], after: tuple[int, int]) -> str:
    if max(before) == max(after):
        return ""
    return f"scaled down from {before[0]} × {before[1]} to {after[0]} × {after[1]} pixels"
