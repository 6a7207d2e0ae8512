"""The data of attachments, which a file of version 2 keeps beside itself under its hash.

    {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                 "sha256": "9f86d0…", "bytes": 5120}}

In the file, `sha256` and `bytes` take the place of the `data` of an image or a document that
the user sent. In memory a block always has its data, exactly as it was sent, except where the
blob is lost: that block keeps its hash and is never sent. A file of version 1 holds the data
itself; such blocks stay as they are.

Must not know: where the blobs are kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from streamchat.core.messages import Block, JsonObject
from streamchat.core.records.values import Turn

Blobs: TypeAlias = dict[str, bytes]
"""Bytes by their SHA-256, in hexadecimal digits."""

_MENTIONED = re.compile(rb'"sha256"\s*:\s*"([0-9a-f]{64})"')
_HASH = re.compile("[0-9a-f]{64}")
_TYPES = frozenset({"image", "document"})


def is_blob_name(name: str) -> bool:
    return _HASH.fullmatch(name) is not None


def name_blob(data: bytes) -> str:
    """The hash that the bytes are kept by."""
    return hashlib.sha256(data).hexdigest()


def mentioned_blobs(data: bytes) -> set[str]:
    """Every hash that the lines of a file mention, damaged lines included."""
    return {found.decode("ascii") for found in _MENTIONED.findall(data)}


def split_blobs(turn: Turn) -> tuple[Turn, Blobs]:
    """The turn as a file of version 2 holds it, and its blobs."""
    blobs: Blobs = {}
    content = tuple(_split(block, blobs) for block in turn.message.content)
    if not blobs:
        return turn, {}
    return replace(turn, message=replace(turn.message, content=content)), blobs


def join_blobs(turn: Turn, load: Callable[[str], bytes | None]) -> tuple[Turn, list[Block]]:
    """The turn with its data; `load` returns the bytes of a hash. Also the blocks whose bytes
    are lost, which keep their hash."""
    lost: list[Block] = []
    content = tuple(_join(block, load, lost) for block in turn.message.content)
    if content == turn.message.content:
        return turn, lost
    return replace(turn, message=replace(turn.message, content=content)), lost


def is_lost(block: Block) -> bool:
    """Whether the data of an attachment is missing."""
    source = block.get("source")
    return block.get("type") in _TYPES and _hash_in(source) is not None


def _split(block: Block, blobs: Blobs) -> Block:
    source = block.get("source")
    if block.get("type") not in _TYPES or not isinstance(source, Mapping):
        return block
    if (data := _data_in(source)) is None:
        return block
    name = name_blob(data)
    blobs[name] = data
    return {**block, "source": _with_hash(source, name, len(data))}


def _join(block: Block, load: Callable[[str], bytes | None], lost: list[Block]) -> Block:
    source = block.get("source")
    if block.get("type") not in _TYPES or (name := _hash_in(source)) is None:
        return block
    assert isinstance(source, Mapping)
    text = None if (data := load(name)) is None else _encoded(source, data)
    if text is None:
        lost.append(block)
        return block
    return {**block, "source": _with_data(source, text)}


def _with_hash(source: Mapping[str, object], name: str, size: int) -> JsonObject:
    referring: JsonObject = {}
    for key, value in source.items():
        referring |= {"sha256": name, "bytes": size} if key == "data" else {key: value}
    return referring


def _with_data(source: Mapping[str, object], text: str) -> JsonObject:
    """`data` replaces the hash, so that the block is the same byte for byte."""
    joined: JsonObject = {}
    for key, value in source.items():
        if key == "sha256":
            joined["data"] = text
        elif key != "bytes":
            joined[key] = value
    return joined


def _hash_in(source: object) -> str | None:
    if not isinstance(source, Mapping) or "data" in source:
        return None
    name = source.get("sha256")
    return name if isinstance(name, str) and is_blob_name(name) else None


def _data_in(source: Mapping[str, object]) -> bytes | None:
    """The bytes of a source; None if it has none, or if encoding them again would not give
    exactly the same text."""
    data = source.get("data")
    if not isinstance(data, str) or "sha256" in source or "bytes" in source:
        return None
    try:
        decoded = _decoded(source, data)
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded and _encoded(source, decoded) == data else None


def _decoded(source: Mapping[str, object], data: str) -> bytes:
    if source.get("type") == "base64":
        return base64.b64decode(data, validate=True)
    return data.encode("utf-8", "surrogatepass") if source.get("type") == "text" else b""


def _encoded(source: Mapping[str, object], data: bytes) -> str | None:
    if source.get("type") == "base64":
        return base64.b64encode(data).decode("ascii")
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeError:
        return None
