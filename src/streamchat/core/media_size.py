"""The size of an image in pixels and of a PDF in pages, from their bytes.

Enough to refuse early what a server would refuse. None means unknown: the server decides.
"""

from __future__ import annotations

import re
import zlib

_STARTS_OF_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm\b")
_STREAM = re.compile(rb"stream\r?\n")
_MOST_UNPACKED = 64 * 1024 * 1024  # bytes of a PDF's packed objects


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, WebP or JPEG."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return _little(data[6:8]), _little(data[8:10])
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp_size(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 30:
        return None
    match data[12:16]:
        case b"VP8X":
            return _little(data[24:27]) + 1, _little(data[27:30]) + 1
        case b"VP8L":
            bits = _little(data[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
        case _:
            return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _STARTS_OF_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def count_pages(data: bytes) -> int | None:
    """The pages of a PDF. Those of an encrypted one cannot be counted."""
    if not data.startswith(b"%PDF-") or b"/Encrypt" in data:
        return None
    return len(_PAGE.findall(data)) + sum(map(_packed_pages, _packed(data))) or None


def _packed(data: bytes) -> list[bytes]:
    """The streams that hold objects, still packed; a newer PDF has its pages there."""
    streams = []
    for found in _PACKED.finditer(data):
        begun = _STREAM.search(data, found.end())
        if begun is not None:
            streams.append(data[begun.end() : data.find(b"endstream", begun.end())])
    return streams


def _packed_pages(packed: bytes) -> int:
    try:
        unpacked = zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        return 0
    return len(_PAGE.findall(unpacked))
