"""Recognises files that no model reads: office files, archives, audio, video, other images.

The first bytes decide. Each refusal says what the file is and what to do instead.
"""

from __future__ import annotations

_OFFICE = "save it as PDF or as text"
_UNPACK = "unpack it and attach its files"
_SOUND = "attach a transcript"
_PICTURE = "save it as PNG or JPEG"
_NOTHING = "a model cannot read it"

_STARTS = (  # (first bytes, what it is, what to do)
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file", _OFFICE),
    (b"{\\rtf", "an RTF document", _OFFICE),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"ID3", "audio (MP3)", _SOUND),
    (b"\xff\xfb", "audio (MP3)", _SOUND),
    (b"\xff\xf3", "audio (MP3)", _SOUND),
    (b"\xff\xf1", "audio (AAC)", _SOUND),
    (b"fLaC", "audio (FLAC)", _SOUND),
    (b"OggS", "audio or video (Ogg)", _SOUND),
    (b"MThd", "audio (MIDI)", _SOUND),
    (b"\x1a\x45\xdf\xa3", "video (Matroska or WebM)", _SOUND),
    (b"#!AMR", "audio (AMR)", _SOUND),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio or video (Windows Media)", _SOUND),
    (b"FLV\x01", "video (Flash)", _SOUND),
    (b"\0\0\x01\xba", "video (MPEG)", _SOUND),
    (b"\0\0\x01\xb3", "video (MPEG)", _SOUND),
    (b"II*\0", "a TIFF image", _PICTURE),
    (b"MM\0*", "a TIFF image", _PICTURE),
    (b"8BPS", "a Photoshop image", _PICTURE),
    (b"\0\0\x01\0", "an icon", _PICTURE),
    (b"\x7fELF", "a program", _NOTHING),
    (b"SQLite format 3\0", "an SQLite database", _NOTHING),
)
_RIFF = {b"WAVE": "audio (WAV)", b"AVI ": "video (AVI)"}
_IMAGE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
_IN_ZIP = (  # names inside a ZIP that tell what it is
    (b"word/", "a Word document", _OFFICE),
    (b"xl/", "an Excel workbook", "save it as CSV or PDF"),
    (b"ppt/", "a PowerPoint presentation", _OFFICE),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file", _OFFICE),
    (b"mimetypeapplication/epub", "an EPUB book", _OFFICE),
)
_MOST_LOOKED_AT = 1 << 16  # bytes at each end of a ZIP; its directory is at the end


def describe_refused(data: bytes) -> str:
    """What the file is and what to do: "a ZIP archive: unpack it ..."; "" for others."""
    for start, kind, advice in _STARTS:
        if data.startswith(start):
            return f"{kind}: {advice}"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data)
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return f"a BMP image: {_PICTURE}"
    if data.startswith(b"RIFF") and (sound := _RIFF.get(data[8:12])):
        return f"{sound}: {_SOUND}"
    if data.startswith(b"FORM") and data[8:12] in (b"AIFF", b"AIFC"):
        return f"audio (AIFF): {_SOUND}"
    if data[4:8] == b"ftyp":
        return _by_brand(data[8:12])
    return f"a tar archive: {_UNPACK}" if data[257:262] == b"ustar" else ""


def _zip(data: bytes) -> str:
    names = data[:_MOST_LOOKED_AT] + data[-_MOST_LOOKED_AT:]
    for mark, kind, advice in _IN_ZIP:
        if mark in names:
            return f"{kind}: {advice}"
    return f"a ZIP archive: {_UNPACK}"


def _by_brand(brand: bytes) -> str:
    if brand in _IMAGE_BRANDS:
        return f"a HEIC or AVIF image: {_PICTURE}"
    return f"audio (MP4): {_SOUND}" if brand == b"M4A " else f"video (MP4): {_SOUND}"
