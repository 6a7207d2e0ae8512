"""Whole images, small, for tests that must not need Pillow."""

from __future__ import annotations

import struct
import zlib

# 1 × 1 pixels each, written by Pillow.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300ffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffc0000b080001000101011100ffc400140001000000000000000000000000"
    "00000002ffc40014100100000000000000000000000000000000ffda0008010100003f004fffd9"
)
GIF = bytes.fromhex(
    "47494638376101000100810000c8c8c80000000000000000002c000000000100010000080400010404003b"
)
WEBP = bytes.fromhex(
    "52494646240000005745425056503820180000003001009d012a0100010001402625a400037000fef7420000"
)


def png(width: int, height: int, *, before: bytes = b"", pixels: bytes = b"") -> bytes:
    """A black PNG, if `pixels` are not given; `before` are chunks before them."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = pixels or zlib.compress(bytes(1 + -(-width // 8)) * min(height, 100))
    chunks = (chunk(b"IHDR", header), before, chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body).to_bytes(4)
    return len(body).to_bytes(4) + kind + body + checksum
