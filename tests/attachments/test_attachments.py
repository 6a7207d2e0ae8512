"""`attachments`: what may be attached, told by its bytes, read once and safely."""

import base64
import os
from pathlib import Path

import pytest

from streamchat.attachments import LARGEST_BYTES, ReferenceScope, build_block, read_attachment
from streamchat.core.errors import InvalidRequest, NotFound
from streamchat.core.messages import format_block_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
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


@pytest.mark.parametrize("data", [b"", b"\0\1\2", bytes(range(256))])
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
