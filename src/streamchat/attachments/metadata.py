"""Takes out of an image what a camera wrote about it: the place, the time, the device. Damaged
segments outside the picture are removed, too.

Only whole segments are left out, so the picture itself stays as it is, byte for byte. The
orientation of a JPEG is kept in a record of its own: without it the picture lies on its side.
A file that breaks its format is returned as it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from streamchat.core.media_size import jpeg_segments

_EXIF = b"Exif\0\0"
_APP1, _APP13, _COMMENT = 0xE1, 0xED, 0xFE
_PRIVATE_SEGMENTS = frozenset({_APP1, _APP13, _COMMENT})  # EXIF and XMP, IPTC
_PRIVATE_CHUNKS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_PRIVATE_PARTS = frozenset({b"EXIF", b"XMP "})
_PNG = b"\x89PNG\r\n\x1a\n"
_ORIENTATION = 0x0112
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04  # of a WebP


def without_metadata(data: bytes) -> bytes:
    """The same image without the metadata."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _clean_jpeg(data)
        if data.startswith(_PNG):
            return _clean_png(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _clean_webp(data)
    except (struct.error, ValueError):
        pass
    return data


def orientation_of(data: bytes) -> int:
    """How a JPEG is turned, 1 to 8 as EXIF counts; 1 is upright."""
    try:
        exifs = (body for marker, _, body in _segments(data) if marker == _APP1)
        return next((_orientation(body) for body in exifs if body.startswith(_EXIF)), 1)
    except (struct.error, ValueError):
        return 1


def _clean_jpeg(data: bytes) -> bytes:
    kept, end = [b"\xff\xd8"], 2
    if (turned := orientation_of(data)) != 1:
        body = _EXIF + _tiff(turned)
        kept.append(struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body)
    for marker, at, body in _segments(data):
        if marker in _PRIVATE_SEGMENTS:
            kept.append(data[end:at])
            end = at + 4 + len(body)
    return b"".join(kept) + data[end:]


def _segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The marker, the position and the body of each segment up to the picture. Raises
    ValueError for one that is cut off."""
    for marker, at in jpeg_segments(data):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if not at + 4 <= end <= len(data):
            raise ValueError("cut off")
        yield marker, at, data[at + 4 : end]


def _tiff(orientation: int) -> bytes:
    """The smallest record that holds the orientation."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _orientation(exif: bytes) -> int:
    tiff = exif[len(_EXIF) :]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for number in range(count):
        entry = at + 2 + 12 * number
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION:
            return value if 1 <= value <= 8 else 1
    return 1


def _clean_png(data: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("cut off")
        if kind not in _PRIVATE_CHUNKS and not _is_spoilt(data[at:end]):
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            break  # what follows is not the picture
    return b"".join(kept)


def _is_spoilt(chunk: bytes) -> bool:
    """Whether it has a wrong checksum, and is one that the picture does not need (PNG, 5.4)."""
    is_needed = chunk[4:5].isupper()
    return not is_needed and zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:])


def _clean_webp(data: bytes) -> bytes:
    kept, at = [], 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        part = data[at:end]
        if len(part) < 8 + length:
            raise ValueError("cut off")
        if kind == b"VP8X":
            flags = part[8] & ~(_EXIF_FLAG | _XMP_FLAG)
            part = part[:8] + bytes([flags]) + part[9:]
        if kind not in _PRIVATE_PARTS:
            kept.append(part)
        at = end
    body = b"WEBP" + b"".join(kept)
    if not kept or body == data[8:]:
        return data
    return b"RIFF" + struct.pack("<I", len(body)) + body
