"""Attachments before they are sent: their blocks, kinds, sizes and estimated tokens.

Pure. The estimates need no server: 3 characters of text are one token, as elsewhere; an
image has one for each square of 28 pixels, at most 4,784; a page of a PDF has about 3,000.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from streamchat.core.formatting import format_bytes, format_size
from streamchat.core.media_size import count_pages, image_size
from streamchat.core.messages import Block, format_block_name
from streamchat.core.reply import CHARACTERS_PER_TOKEN
from streamchat.core.sanitize import clean_line

MOST_UNASKED_FILES = 100
MOST_UNASKED_SHARE = 0.2  # of the context window
_MOST_LISTED = 12
_SQUARE = 28  # pixels
_MOST_IMAGE_TOKENS = 4784
_PAGE_TOKENS = 3000
_PAGE = "Web page f"
_FETCHED_FROM = re.compile(rf"(?:{_PAGE}|F)etched from (\S+) at (\S+)\.")
_ADDRESS = re.compile(r"(?:^|[\s\"'])https?://", re.IGNORECASE)


class FileBlock(dict[str, Any]):
    """A block that knows which file it was read from. It is stored and sent like any other."""

    __slots__ = ("origin",)

    def __init__(self, block: Block, path: str, data: bytes) -> None:
        """`path` is absolute and without links, `data` is what the file held."""
        super().__init__(block)
        self.origin = path, hash(data)


def each_file_once(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Drop a block of the same file with the same content as an earlier one."""
    kept: dict[object, Block] = {}
    for block in blocks:
        kept.setdefault(block.origin if isinstance(block, FileBlock) else object(), block)
    return tuple(kept.values())


@dataclass(frozen=True, slots=True)
class Selection:
    """The blocks of one reference. `is_expanded` if a directory or a glob chose the files;
    then `left_out` has a line for each file that cannot be sent. `notes` say what was done to
    files before sending them."""

    blocks: tuple[Block, ...]
    is_expanded: bool = False
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def names_address(text: str) -> bool:
    """Whether a text of references holds an address, which takes time to fetch."""
    return _ADDRESS.search(text) is not None


def describe_fetched(address: str, at: str, *, is_page: bool) -> str:
    """The `context` of a block that was fetched; the model reads it with a document."""
    return f"{_PAGE if is_page else 'F'}etched from {address} at {at}."


def fetched_address(block: Block) -> str:
    """Where a block was fetched from; "" for a file."""
    found = _FETCHED_FROM.fullmatch(str(block.get("context") or ""))
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class BlockSize:
    """The kind of a block, its bytes, and its estimated tokens (0: unknown)."""

    kind: str
    size_bytes: int
    tokens: int


def measure_block(block: Block) -> BlockSize:
    """The kind and the size of an attached block."""
    match block:
        case {"source": {"type": "text", "data": str(text)}}:
            return BlockSize(
                _kind_of_text(block), len(text.encode("utf-8", "replace")), _text_tokens(text)
            )
        case {"source": {"type": "base64", "media_type": str(kind), "data": str(data)}}:
            return _measure_media(kind, _decoded(data))
        case {"source": {"type": "url"}}:
            return BlockSize("address", 0, 0)
    return BlockSize(str(block.get("type")), 0, 0)


def _kind_of_text(block: Block) -> str:
    if str(block.get("context") or "").startswith(_PAGE):
        return "web page"
    return "notebook" if format_block_name(block).endswith(".ipynb") else "text"


def _text_tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _measure_media(media_type: str, data: bytes) -> BlockSize:
    if media_type == "application/pdf":
        pages = count_pages(data) or 0
        kind = f"PDF, {pages} {'page' if pages == 1 else 'pages'}" if pages else "PDF"
        return BlockSize(kind, len(data), pages * _PAGE_TOKENS)
    name = f"{media_type.removeprefix('image/').upper()} image"
    size = image_size(data)
    if size is None:
        return BlockSize(name, len(data), 0)
    squares = -(-size[0] // _SQUARE) * -(-size[1] // _SQUARE)
    kind = f"{name}, {size[0]} × {size[1]}"
    return BlockSize(kind, len(data), min(squares, _MOST_IMAGE_TOKENS))


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return b""


def describe_block(block: Block) -> str:
    """report.pdf (PDF, 3 pages, 1.2 MB, about 9,000 tokens)"""
    measure = measure_block(block)
    parts = [measure.kind]
    if measure.size_bytes:
        parts.append(format_bytes(measure.size_bytes))
    if measure.tokens:
        parts.append(_format_tokens(measure.tokens))
    name, said = clean_line(format_block_name(block)), ", ".join(parts)
    if address := fetched_address(block):
        name = address if name in address else f"{name}, {address}"
    return said if name == block.get("type") and measure.size_bytes else f"{name} ({said})"


def describe_sent(block: Block) -> str:
    """The same for a block of a conversation, with the time of a fetch."""
    found = _FETCHED_FROM.fullmatch(str(block.get("context") or ""))
    return f"{describe_block(block)}, fetched at {found[2]}" if found else describe_block(block)


def list_blocks(blocks: Sequence[Block]) -> list[str]:
    """A numbered line for each block; if there are many, the first ones and the sum."""
    shown = blocks if len(blocks) <= _MOST_LISTED else blocks[: _MOST_LISTED - 2]
    lines = [f"{at}. {describe_block(block)}" for at, block in enumerate(shown, 1)]
    if len(shown) < len(blocks):
        lines.append(f"… and {len(blocks) - len(shown)} more")
    return [*lines, describe_sum(blocks)] if len(blocks) > 1 else lines


def list_remarks(selection: Selection) -> list[str]:
    """What was done to files, and which files of a directory or a glob are not sent."""
    left_out = [f"Left out: {line}" for line in selection.left_out]
    return [*_first(selection.notes), *_first(left_out)]


def _first(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    if len(lines) <= _MOST_LISTED:
        return list(lines)
    kept = lines[: _MOST_LISTED - 2]
    return [*kept, f"… and {len(lines) - len(kept)} more"]


def describe_sum(blocks: Iterable[Block]) -> str:
    """Together 12 attachments, 34 KB, about 9,000 tokens"""
    measures = [measure_block(block) for block in blocks]
    size = sum(each.size_bytes for each in measures)
    tokens = sum(each.tokens for each in measures)
    known = ([format_bytes(size)] if size else []) + (
        [_format_tokens(tokens)] if tokens else []
    )
    return ", ".join([f"Together {len(measures)} attachments", *known])


def why_ask(selection: Selection, window: int | None) -> str:
    """Why the user is asked before the files of a directory or a glob are attached: "230
    files"; "" if they need not be."""
    if not selection.is_expanded:
        return ""
    count = len(selection.blocks)
    tokens = sum(measure_block(block).tokens for block in selection.blocks)
    reasons = [f"{count:,} files"] if count > MOST_UNASKED_FILES else []
    if window and tokens > MOST_UNASKED_SHARE * window:
        share = f"{int(100 * tokens / window)}% of {format_size(window)}"
        reasons.append(f"{_format_tokens(tokens)}, {share}")
    return " and ".join(reasons)


def _format_tokens(tokens: int) -> str:
    return f"about {tokens:,} {'token' if tokens == 1 else 'tokens'}"
