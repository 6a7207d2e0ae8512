"""How large the images and PDFs of a request may be, by model, in one table.

A request that exceeds a limit is refused before it is sent. Models other than Claude have no
limits here; their servers decide.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streamchat.core.errors import InvalidRequest
from streamchat.core.media_size import count_pages, image_size
from streamchat.core.messages import Block, Message, format_block_name

_MB = 1024 * 1024
_READ_CHARACTERS = 512 * 1024  # of an image, in base64; its size is near the beginning


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """The limits of one model. The bytes of an image are counted in base64, as it is sent."""

    images: int  # in a request
    pdf_pages: int  # in a request
    image_mb: int
    image_side: int = 8000  # pixels
    many: int = 20  # with more images than that in a request,
    side_of_many: int = 2000  # this is the limit for each
    seen_side: int = 2576  # the model sees larger images scaled down to this

    @property
    def image_bytes(self) -> int:
        """The most bytes of a file, which base64 makes a third larger."""
        return self.image_mb * _MB * 3 // 4


_NEWER = MediaLimits(images=600, pdf_pages=600, image_mb=10)
_OLDER = MediaLimits(images=100, pdf_pages=100, image_mb=5, seen_side=1568)
_LIMITS = {  # by what the id contains; the first that fits
    "claude-haiku-4-5": _OLDER,
    "claude-sonnet-4-5": _OLDER,
    "claude-opus-4-5": _OLDER,
    "claude-3": _OLDER,
    "claude": _NEWER,
}


def limits_for(model: str) -> MediaLimits | None:
    """The limits; None if the model is not in the table."""
    return next((limits for name, limits in _LIMITS.items() if name in model), None)


def require_fit(messages: Sequence[Message], model: str) -> None:
    """Raises InvalidRequest if messages are too large for the model.

    Only the sizes in the last message are checked; the earlier ones were accepted before.
    """
    if excess := _find_excess(messages, model):
        raise InvalidRequest(excess, kind="request_too_large")


def _find_excess(messages: Sequence[Message], model: str) -> str:
    limits = limits_for(model)
    blocks = [block for message in messages for block in message.content]
    images = [block for block in blocks if block.get("type") == "image"]
    if limits is None or not messages:
        return ""
    if len(images) > limits.images:
        return f"The request has {len(images)} images, and {model} takes {limits.images}."
    side = limits.side_of_many if len(images) > limits.many else limits.image_side
    return next(_excesses(messages[-1].content, limits, side, model), "")


def _excesses(
    blocks: Sequence[Block], limits: MediaLimits, side: int, model: str
) -> Iterator[str]:
    for block in blocks:
        match block:
            case {"type": "image", "source": {"type": "base64", "data": str(data)}}:
                yield from _too_large(block, data, limits, side, model)
    pages = sum(map(_pages, blocks))
    if pages > limits.pdf_pages:
        yield f"The PDFs have {pages} pages, and {model} takes {limits.pdf_pages} in a request."


def _too_large(
    block: Block, data: str, limits: MediaLimits, side: int, model: str
) -> Iterator[str]:
    name = format_block_name(block)
    if len(data) > limits.image_mb * _MB:
        kept = limits.image_mb * 3 / 4  # of the file, which base64 makes a third larger
        yield (
            f"An {name} has {len(data) * 3 / 4 / _MB:.1f} MB, and {model} takes {kept:g} MB:"
            " make it smaller."
        )
    size = image_size(_decoded(data[:_READ_CHARACTERS]))
    if size is not None and max(size) > side:
        yield (
            f"An {name} has {size[0]} x {size[1]} pixels, and {model} takes {side} on a side:"
            " make it smaller."
        )


def _pages(block: Block) -> int:
    match block:
        case {
            "type": "document",
            "source": {"media_type": "application/pdf", "data": str(data)},
        }:
            return count_pages(_decoded(data)) or 0
        case _:
            return 0


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data[: len(data) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""
