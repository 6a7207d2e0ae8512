"""`attachments.select_files`: several paths, globs, directories, and what .gitignore names."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from pictures import png
from streamchat.attachments import (
    BuiltBlock,
    ReferenceScope,
    build_block,
    names_files,
    names_pipe,
    select_files,
    selecting,
    walking,
)
from streamchat.attachments.texts import decode_text
from streamchat.core.attachment_blocks import describe_block, why_ask
from streamchat.core.errors import InvalidRequest, NotFound, StreamchatError


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"text of {name}\n")


def titles(text: str, cwd: Path) -> list[str]:
    return [str(block["title"]) for block in select_files(text, ReferenceScope(cwd)).blocks]


def test_every_way_to_write_a_name_with_a_blank(tmp_path: Path) -> None:
    write(tmp_path, "my notes.md", "it's.txt", "b.txt")
    dropped = shlex.quote(str(tmp_path / "my notes.md"))
    for text in ("my notes.md", "'my notes.md'", '"my notes.md" ', r"my\ notes.md", dropped):
        assert titles(text, tmp_path) == ["my notes.md"]
    assert titles(f"file://{tmp_path}/my%20notes.md", tmp_path) == ["my notes.md"]
    assert titles("it's.txt", tmp_path) == ["it's.txt"]
    assert titles(r"my\ notes.md b.txt", tmp_path) == ["my notes.md", "b.txt"]


def test_the_home_directory_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(tmp_path, "home/a.txt", "home/b.md")
    assert titles("~/a.txt", tmp_path) == ["a.txt"]
    assert titles("~/*.md", tmp_path) == ["home/b.md"]


def test_globs_match_as_a_shell_matches(tmp_path: Path) -> None:
    write(tmp_path, "src/a.py", "src/deep/er/b.py", "src/c.txt", "top.py", "src/.hid/d.py")
    assert titles("src/**/*.py", tmp_path) == ["src/a.py", "src/deep/er/b.py"]
    assert titles("*.py", tmp_path) == ["top.py"]
    assert titles("src/*", tmp_path) == ["src/a.py", "src/c.txt"]
    assert titles("src/[ab].?y", tmp_path) == ["src/a.py"]
    assert titles("src/.hid/*", tmp_path) == ["src/.hid/d.py"]
    assert titles("**/**/**/b*", tmp_path) == ["src/deep/er/b.py"]
    write(tmp_path, "odd[1].txt")
    assert titles("odd[1].txt", tmp_path) == ["odd[1].txt"]
    inside = tmp_path / "in[brackets]"
    write(inside, "e.py")
    assert titles("*.py", inside) == ["e.py"]
    with pytest.raises(NotFound, match="matches no file"):
        select_files("*.rs", ReferenceScope(tmp_path))


def test_a_directory_is_its_files_but_for_the_ignored_hidden_and_linked(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "secret", "p/a.py", "p/.env", "p/log/x.log", "p/keep.log", "p/build/b.py")
    write(tmp_path, "p/sub/old.txt", "p/sub/new.txt", "build/c.py")
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n")
    (tmp_path / "p/.gitignore").write_text("!keep.log\n")
    (tmp_path / "p/sub/.gitignore").write_text("/old.txt\n")
    (tmp_path / "p/link.txt").symlink_to(tmp_path / "secret")
    (tmp_path / "p/loop").symlink_to(tmp_path / "p")
    found = ["p/a.py", "p/keep.log", "p/sub/new.txt"]
    assert titles("p", tmp_path) == titles("p/", tmp_path) == titles("p/**", tmp_path) == found
    assert titles("../p", tmp_path / "p") == ["a.py", "keep.log", "sub/new.txt"]
    assert titles("p/log/x.log", tmp_path) == ["x.log"]  # it is named, thus wanted
    assert titles("build", tmp_path) == ["build/c.py"]


def test_what_cannot_be_sent_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path, "d/a.txt")
    (tmp_path / "d/z.zip").write_bytes(b"PK\x03\x04rest")
    selection = select_files("d", ReferenceScope(tmp_path))
    assert len(selection.blocks) == 1
    assert selection.left_out == ("d/z.zip is a ZIP archive: unpack it and attach its files.",)
    (tmp_path / "d/a.txt").unlink()
    with pytest.raises(
        NotFound, match=r"directory without a file that can be attached: d/z.zip is"
    ):
        select_files("d", ReferenceScope(tmp_path))


def test_a_directory_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "shut/b.txt")
    scan = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "shut":
            raise PermissionError
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    selection = select_files(".", ReferenceScope(tmp_path))
    assert [block["title"] for block in selection.blocks] == ["a.txt"]
    [left_out] = selection.left_out
    assert left_out.startswith(f"Cannot read {tmp_path}/shut: ")


def test_a_tree_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, *(f"d/{at}" for at in range(5)))
    monkeypatch.setattr(selecting, "LARGEST_BYTES", 40)
    with pytest.raises(InvalidRequest, match="larger than 32 MB"):
        select_files("d", ReferenceScope(tmp_path))
    monkeypatch.setattr(walking, "MOST_ENTRIES", 4)
    with pytest.raises(InvalidRequest, match="more than 4 files"):
        select_files("d", ReferenceScope(tmp_path))


def test_only_what_was_chosen_by_a_directory_or_glob_is_asked_about(tmp_path: Path) -> None:
    write(tmp_path, *(f"d/{at:03}" for at in range(101)))
    assert why_ask(select_files("d", ReferenceScope(tmp_path)), None) == "101 files"
    (tmp_path / "long").write_text("word " * 300)
    assert (
        why_ask(select_files("lon*", ReferenceScope(tmp_path)), 2000)
        == "about 500 tokens, 25% of 2k"
    )
    assert why_ask(select_files("long", ReferenceScope(tmp_path)), 2000) == ""


def test_a_pipe_among_the_references_is_known_without_opening_it(tmp_path: Path) -> None:
    write(tmp_path, "file")
    os.mkfifo(tmp_path / "a pipe")
    assert names_pipe("file 'a pipe'", cwd=tmp_path)
    assert not names_pipe("file https://a.example/b", cwd=tmp_path)


@pytest.mark.parametrize(
    "text",
    ["nowhere", "a\0b", "x" * 5000, "~nobody-at-all/x", "'", "file://elsewhere/x", "[", "**"],
)
def test_what_is_not_there_is_one_line(text: str, tmp_path: Path) -> None:
    with pytest.raises(StreamchatError) as error:
        select_files(text, ReferenceScope(tmp_path))
    assert "\n" not in error.value.message
    assert not names_files(text, cwd=tmp_path)
    assert not names_pipe(text, cwd=tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04....word/document.xml", "a Word document: save it as PDF or as text"),
        (b"PK\x03\x04....xl/workbook.xml", "an Excel workbook"),
        (b"PK\x03\x04....ppt/slides", "a PowerPoint presentation"),
        (b"PK\x03\x04...mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"x" * 257 + b"ustar", "a tar archive"),
        (b"ID3\x03", "audio"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio"),
        (b"\0\0\0\x18ftypmp42", "video"),
        (b"\0\0\0\x18ftypheic", "a HEIC or AVIF image"),
        (b"\x1a\x45\xdf\xa3", "video"),
    ],
)
def test_what_no_model_reads_is_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        build_block(data, name="file.txt")
    assert error.value.message.startswith(f"file.txt is {said}")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln", "cp1252"),
        ("café", "latin-1"),
        ("Zażółć gęślą jaźń", "iso8859-2"),
        ("naïve “quote”", "cp1252"),
        ("Привет, мир. Как дела?", "cp1251"),
        ("日本語のテキストです。", "shift_jis"),
        ("plain and wide", "utf-16"),
        ("plain and wide", "utf-16-le"),
        ("plain and wide", "utf-32"),
        ("with a mark", "utf-8-sig"),
    ],
)
def test_text_of_any_encoding(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_a_notebook_is_its_cells() -> None:
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "words"]},
            {
                "cell_type": "code",
                "source": "1 + 1",
                "outputs": [
                    {"output_type": "execute_result", "data": {"text/plain": ["2"]}},
                    {"output_type": "display_data", "data": {"image/png": "AAAA"}},
                ],
            },
        ]
    }
    block = build_block(json.dumps(notebook).encode(), name="n.ipynb").block
    assert block["source"]["data"] == (
        "# %% [markdown] cell 1\n# Title\nwords\n\n# %% [code] cell 2\n1 + 1\n"
        "# output of cell 2:\n2\n# output of cell 2:\n[image/png]"
    )
    damaged = build_block(b'{"cells": 1}', name="n.ipynb").block
    assert damaged["source"]["data"] == '{"cells": 1}'


def test_what_is_attached_is_named_with_kind_size_and_tokens() -> None:
    image = png(56, 28)
    assert describe_block(build_block(b"three words", name="a.txt").block) == (
        "a.txt (text, 11 B, about 4 tokens)"
    )
    assert describe_block(build_block(image, name="a.png").block) == (
        f"a.png (PNG image, 56 × 28, {len(image)} B, about 2 tokens)"
    )
    assert describe_block(build_block(b"%PDF-1.7 /Type /Page ", name="a.pdf").block) == (
        "a.pdf (PDF, 1 page, 21 B, about 3,000 tokens)"
    )


def test_a_file_that_is_named_twice_is_attached_once(tmp_path: Path) -> None:
    write(tmp_path, "d/a.txt", "d/b.txt", "e/a.txt")
    assert titles("d/a.txt d", tmp_path) == ["a.txt", "d/b.txt"]
    assert titles("d/*.txt ./d/b.txt e/../d", tmp_path) == ["d/a.txt", "d/b.txt"]
    (tmp_path / "e/a.txt").write_bytes((tmp_path / "d/a.txt").read_bytes())
    assert titles("d/a.txt e/a.txt", tmp_path) == ["a.txt", "a.txt"]  # two files


def test_an_address_and_a_file_are_two(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    address = "https://example.org/a?b=c d".replace(" ", "%20")
    built = build_block(b"page", name="page")
    asked: list[str] = []

    def fetch(given: str) -> BuiltBlock:
        asked.append(given)
        return built

    reach = ReferenceScope(tmp_path, fetch=fetch)
    blocks = select_files(f"{address} a.txt", reach).blocks
    assert [block["title"] for block in blocks] == ["page", "a.txt"]
    assert asked == [address]


def test_only_web_addresses_are_fetched(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"'ftp://a\.example/b' is not an http or https address"):
        select_files("ftp://a.example/b", ReferenceScope(tmp_path))
    (tmp_path / "ftp:").mkdir()
    (tmp_path / "ftp:/b").write_text("a file with such a name")
    assert titles("ftp://b", tmp_path) == ["b"]
