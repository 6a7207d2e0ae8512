"""`attachments`: what may be attached, told by its bytes, read once and safely."""

import base64
import os
from pathlib import Path

import pytest

from pictures import GIF, JPEG, WEBP, chunk, png
from streamchat.attachments import (
    LARGEST_BYTES,
    ReferenceScope,
    build_block,
    read_attachment,
    select_files,
)
from streamchat.attachments.images import is_animated
from streamchat.core.errors import InvalidRequest, NotFound
from streamchat.core.media_limits import limits_for
from streamchat.core.messages import format_block_name

PNG = png(56, 28)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (GIF, "image/gif"),
        (WEBP, "image/webp"),
    ],
)
def test_an_image_is_known_by_its_bytes(data: bytes, media_type: str) -> None:
    encoded = base64.b64encode(data).decode()
    assert build_block(data, name="picture.txt").block == {
        "type": "image",
        "source": {"type": "base64", "media_type": media_type, "data": encoded},
        "title": "picture.txt",
    }


def test_a_pdf_and_a_text_are_documents_with_their_names(tmp_path: Path) -> None:
    pdf = build_block(b"%PDF-1.7 ...", name="report").block
    assert (pdf["type"], pdf["title"], pdf["source"]["media_type"]) == (
        "document",
        "report",
        "application/pdf",
    )
    (tmp_path / "notes.md").write_text("# Grüße\n")
    block = read_attachment("notes.md", ReferenceScope(tmp_path)).block
    assert block == {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "# Grüße\n"},
        "title": "notes.md",
    }
    assert format_block_name(block) == "notes.md"


def test_a_dash_is_what_was_piped() -> None:
    block = read_attachment("-", ReferenceScope(Path(), b"words")).block
    assert (block["title"], block["source"]["data"]) == ("stdin", "words")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b" \n", b"\0\1\2", bytes(range(256))])
def test_what_cannot_be_sent_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest, match="thing"):
        build_block(data, name="thing")


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "nowhere", "."):
        with pytest.raises(NotFound):
            read_attachment(name, ReferenceScope(tmp_path))


def test_a_pipe_is_read_where_it_may_be_waited_for() -> None:
    out, into = os.pipe()
    os.write(into, b"text")
    os.close(into)
    path = f"/dev/fd/{out}"
    block = read_attachment(path, ReferenceScope(Path("/"), wait=lambda _fd: True)).block
    assert block["source"]["data"] == "text"
    with pytest.raises(NotFound, match="nothing more came"):
        read_attachment(path, ReferenceScope(Path("/"), wait=lambda _fd: False))
    os.close(out)


def test_an_endless_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="it is a device"):
        read_attachment("/dev/zero", ReferenceScope(tmp_path))
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    with pytest.raises(InvalidRequest, match="32 MB"):
        read_attachment("large", ReferenceScope(tmp_path))


@pytest.mark.parametrize("whole", [PNG, JPEG, GIF, WEBP])
def test_an_image_that_is_cut_off_is_refused_by_name(whole: bytes) -> None:
    for at in range(12, len(whole)):
        with pytest.raises(InvalidRequest, match=r"a\.png is damaged: it cannot be read as"):
            build_block(whole[:at], name="a.png")


def test_a_png_with_a_wrong_checksum_is_refused_but_for_what_nobody_needs() -> None:
    at = PNG.index(b"IDAT") + 6
    with pytest.raises(InvalidRequest, match="damaged"):
        build_block(PNG[:at] + b"?" + PNG[at + 1 :], name="a.png")
    spoilt = chunk(b"gAMA", bytes(4))[:-1] + b"?"
    assert build_block(png(56, 28, before=spoilt), name="a.png").note == ""


@pytest.mark.parametrize(
    ("name", "data", "note"),
    [
        (
            "a.png",
            png(56, 28, before=chunk(b"acTL", bytes(8))),
            "a.png is animated: a model sees its first",
        ),
        ("a.png", PNG, ""),
        (
            "a.pdf",
            b"%PDF-1.4 trailer<</Encrypt 9 0 R>>",
            "a.pdf is encrypted: models read",
        ),
        ("a.pdf", b"%PDF-1.4", "a.pdf is a PDF, and few models but Claude read PDFs"),
        (
            "a.ipynb",
            b'{"cells": [{',
            "a.ipynb is not a whole notebook: it is sent as it is.",
        ),
        ("a.ipynb", b'{"cells": []}', ""),
    ],
)
def test_what_a_model_sees_of_it_is_noted(name: str, data: bytes, note: str) -> None:
    built = build_block(data, name=name)
    assert built.note.startswith(note)
    assert bool(built.note) == bool(note)


def test_claude_reads_a_pdf() -> None:
    assert build_block(b"%PDF-1.4", name="a.pdf", limits=limits_for("claude")).note == ""


@pytest.mark.parametrize(
    ("data", "is_so"),
    [
        (b"\x89PNG\r\n\x1a\n....IHDR........IDAT acTL", False),
        (b"GIF89a\x20\0\x20\0\0\0\0\x21\xff\x0bNETSCAPE2.0", True),
        (b"GIF89a\x20\0\x20\0\0\0\0,", False),
        (b"RIFF....WEBPVP8X....\x02" + bytes(12), True),
        (b"RIFF....WEBPVP8X....\0" + bytes(12), False),
        (b"RIFF....WEBPVP8X", False),
    ],
)
def test_an_animation_is_known_by_how_it_begins(data: bytes, *, is_so: bool) -> None:
    assert is_animated(data) is is_so


def test_a_pdf_may_begin_with_blanks_which_are_not_sent() -> None:
    block = build_block(b"\r\n %PDF-1.4", name="a.pdf").block
    assert base64.b64decode(block["source"]["data"]) == b"%PDF-1.4"


def test_a_file_may_be_called_like_the_home_of_nobody(tmp_path: Path) -> None:
    (tmp_path / "~nobody-is-called-so.txt").write_text("x")
    reach = ReferenceScope(tmp_path)
    assert len(select_files("~nobody-is-called-so.txt", reach).blocks) == 1
