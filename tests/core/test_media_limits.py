"""Images and PDFs that are too large for a model, told from their bytes."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from streamchat.core.errors import InvalidRequest
from streamchat.core.media_limits import limits_for, require_fit
from streamchat.core.media_size import count_pages, image_size
from streamchat.core.messages import Block, Message, user_message

NEWER, OLDER = "claude-sonnet-5-5", "claude-haiku-4-5"


def png(width: int, height: int, *, padding: int = 0) -> bytes:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)
    return head + bytes(padding)


def jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 4002) + bytes(4000)
    frame = b"\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + bytes(10)
    return b"\xff\xd8" + exif + b"\xff\xff\xdb\0\x04ab" + frame


def webp(kind: bytes, rest: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + rest + bytes(20)


def image(data: bytes) -> Block:
    encoded = base64.b64encode(data).decode()
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": encoded},
    }


def pdf(pages: int, *, packed: int = 0) -> bytes:
    plain = b"<</Type /Page>>\n" * pages + b"<</Type/Pages/Count 9>><</Type/PageLabel>>"
    objects = zlib.compress(b"<</Type/Page /Parent 1 0 R>>" * packed)
    stream = b"<</Type/ObjStm /N 9>>stream\r\n" + objects + b"\nendstream"
    return b"%PDF-1.7\n" + plain + (stream if packed else b"")


def document(data: bytes) -> Block:
    encoded = base64.b64encode(data).decode()
    source = {"type": "base64", "media_type": "application/pdf", "data": encoded}
    return {"type": "document", "source": source, "title": "report.pdf"}


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(300, 20), (300, 20)),
        (b"GIF89a" + struct.pack("<HH", 300, 20), (300, 20)),
        (jpeg(300, 20), (300, 20)),
        (webp(b"VP8X", bytes(4) + (299).to_bytes(3, "little") + b"\x13\0\0"), (300, 20)),
        (webp(b"VP8L", b"\x2f" + (299 | 19 << 14).to_bytes(4, "little")), (300, 20)),
        (webp(b"VP8 ", bytes(6) + struct.pack("<HH", 300, 20)), (300, 20)),
        (png(300, 20)[:20], None),
        (jpeg(300, 20)[:4010], None),
        (b"\xff\xd8\xff", None),
        (b"GIF89a", None),
        (webp(b"VP9 ", b""), None),
        (b"", None),
    ],
)
def test_the_size_of_an_image(data: bytes, size: tuple[int, int] | None) -> None:
    assert image_size(data) == size


def test_a_damaged_image_has_no_size_wherever_it_ends() -> None:
    for data in (png(9, 9), jpeg(9, 9), webp(b"VP8X", bytes(10))):
        for end in range(min(60, len(data))):
            image_size(data[:end])  # raises nothing


@pytest.mark.parametrize(
    ("data", "pages"),
    [
        (pdf(3), 3),
        (pdf(1, packed=700), 701),
        (pdf(0), None),
        (pdf(3) + b"/Encrypt 4 0 R", None),
        (b"hello", None),
        (pdf(2) + b"/Type/ObjStm stream\nnot packed", 2),
    ],
)
def test_the_pages_of_a_pdf(data: bytes, pages: int | None) -> None:
    assert count_pages(data) == pages


def says(*blocks: Block, model: str, before: tuple[Message, ...] = ()) -> str:
    try:
        require_fit([*before, Message("user", blocks)], model)
    except InvalidRequest as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("blocks", "model", "said"),
    [
        ([image(png(8000, 1))], NEWER, ""),
        ([image(png(1, 8001))], NEWER, "1 x 8001 pixels, and claude-sonnet-5-5 takes 8000 on"),
        ([image(png(1, 8001))], "llama", ""),
        ([image(png(9, 9, padding=4 * 2**20))], NEWER, ""),
        (
            [image(png(9, 9, padding=4 * 2**20))],
            OLDER,
            "has 4.0 MB, and claude-haiku-4-5 takes",
        ),
        ([image(png(9, 9, padding=8 * 2**20))], NEWER, "takes 7.5 MB"),
        ([image(png(2001, 9))] * 20, NEWER, ""),
        ([image(png(2001, 9))] * 21, NEWER, "takes 2000 on a side"),
        ([image(png(9, 9))] * 101, NEWER, ""),
        ([image(png(9, 9))] * 101, OLDER, "has 101 images, and claude-haiku-4-5 takes 100."),
        ([document(pdf(60)), document(pdf(50))], NEWER, ""),
        ([document(pdf(60)), document(pdf(50))], OLDER, "The PDFs have 110 pages, and"),
        ([{"type": "image", "source": {"type": "url", "url": "https://a.example"}}], OLDER, ""),
        ([{"type": "image", "source": {"type": "base64", "data": "!"}}], OLDER, ""),
        ([{"type": "image"}], OLDER, ""),
    ],
)
def test_what_is_too_large_is_said(blocks: list[Block], model: str, said: str) -> None:
    line = says(*blocks, model=model)
    assert (said in line) if said else not line
    assert "\n" not in line


def test_what_was_accepted_before_is_not_measured_again() -> None:
    before = (Message("user", (image(png(1, 9000)),)), user_message("a"))
    assert says(image(png(9, 9)), model=NEWER, before=before) == ""


def test_clouds_have_models_of_the_same_names() -> None:
    assert limits_for("eu.anthropic.claude-haiku-4-5-v1:0") == limits_for(OLDER)
    assert limits_for("gpt-x") is None
