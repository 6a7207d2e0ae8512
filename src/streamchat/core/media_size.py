"""The size of an image in pixels and of a PDF in pages, and whether an image is cut off.

Enough to refuse early what a server would refuse. None means unknown: the server decides.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_STARTS_OF_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))  # markers without a length
_SCAN = 0xDA
_END_OF_JPEG = b"\xff\xd9"
_GIF_EXTENSION, _GIF_PICTURE, _GIF_END = 0x21, 0x2C, 0x3B
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
    for marker, at in jpeg_segments(data):
        if marker in _STARTS_OF_FRAMES and at + 9 <= len(data):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
    return None


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """The marker and the position of each segment up to the picture. Between two may be other
    bytes, which every reader skips."""
    at = 2
    while 0 <= at <= len(data) - 4:
        marker = data[at + 1]
        if data[at] != 0xFF:
            at = data.find(b"\xff", at)
        elif marker == 0xFF:  # filling
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            yield marker, at
            if marker == _SCAN:
                return
            at += 2 + int.from_bytes(data[at + 2 : at + 4])


def is_whole_image(data: bytes) -> bool:
    """Whether a PNG, GIF, WebP or JPEG has its end, and a PNG the right checksums."""
    if data.startswith(b"\x89PNG"):
        return _is_whole_png(data)
    if data.startswith(b"GIF8"):
        return _is_whole_gif(data)
    if data.startswith(b"RIFF"):
        return len(data) >= 8 + _little(data[4:8])
    scan = next((at for marker, at in jpeg_segments(data) if marker == _SCAN), None)
    return scan is not None and data.find(_END_OF_JPEG, scan) > 0


def _is_whole_png(data: bytes) -> bool:
    at, view = 8, memoryview(data)
    while at + 12 <= len(data):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        is_needed = kind[:1].isupper()  # a reader may skip the others, damaged or not
        if end > len(data) or (
            is_needed
            and zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end])
        ):
            return False
        if kind == b"IEND":
            return True
        at = end
    return False


def _is_whole_gif(data: bytes) -> bool:
    at = 13 + _colours(data[10:11])
    while at < len(data) and data[at] != _GIF_END:
        if data[at] == _GIF_PICTURE:
            at += 11 + _colours(data[at + 9 : at + 10])
        elif data[at] == _GIF_EXTENSION:
            at += 2
        else:
            return False
        while at < len(data) and data[at]:  # a block, with its length before it
            at += 1 + data[at]
        at += 1
    return at < len(data)


def _colours(flags: bytes) -> int:
    """The bytes of a GIF's table of colours; 0 where its flags announce none."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


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
