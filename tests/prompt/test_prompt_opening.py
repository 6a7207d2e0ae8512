"""Texts in the user's editor: where they are, and what is said when that fails."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from streamchat.core.errors import UsageError
from streamchat.prompt.editor import hanging_up
from streamchat.prompt.opening import EditorFiles


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[TextIO]:
    (tmp_path / "keys").touch()
    with (tmp_path / "keys").open() as stream:
        yield stream


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return str(path)


def open_in(files: EditorFiles, text: str, name: str) -> Path:
    return Path(asyncio.run(files.open(text, name)))


def test_the_editor_gets_the_text_in_a_private_file(tmp_path: Path, keys: TextIO) -> None:
    editor = script(
        tmp_path / "my editor", f'cp "$2" {tmp_path}/seen; echo "$1" > {tmp_path}/arg'
    )
    files = EditorFiles(keys, {"EDITOR": f"'{editor}' --wait", "VISUAL": ""})
    path = open_in(files, "print('ü')\r\n\udc80", "block-1.py")
    assert (path.name, (tmp_path / "arg").read_text()) == ("block-1.py", "--wait\n")
    assert (tmp_path / "seen").read_bytes() == "print('ü')\r\n?".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_editor_that_is_stopped_does_not_outlive_the_program(
    tmp_path: Path, keys: TextIO
) -> None:
    os.mkfifo(tmp_path / "started")
    editor = script(tmp_path / "editor", f"echo $$ > {tmp_path / 'started'}; kill -STOP $$")
    files = EditorFiles(keys, {"EDITOR": editor})

    async def ends() -> int:
        opening = asyncio.ensure_future(files.open("text", "name"))
        process = int(await asyncio.to_thread((tmp_path / "started").read_text))
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        return process

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(ends()), 0)


def test_an_editor_that_starts_while_the_program_ends_is_hung_up() -> None:
    with pytest.raises(asyncio.CancelledError), hanging_up() as on_start:
        raise asyncio.CancelledError
    with subprocess.Popen(["sleep", "100"]) as editor:
        on_start(editor)
        assert editor.wait() == -signal.SIGHUP


def test_each_file_is_its_own_and_all_are_gone_at_the_end(tmp_path: Path, keys: TextIO) -> None:
    files = EditorFiles(keys, {"EDITOR": "true", "PATH": "/usr/bin:/bin"})
    first, second = open_in(files, "one", "answer.md"), open_in(files, "two", "answer.md")
    assert (first.read_text(), second.read_text()) == ("one", "two")
    del files
    gc.collect()
    assert (first.exists(), second.exists()) == (False, False)


@pytest.mark.parametrize(
    ("body", "said"),
    [("exit 3", "ended with status 3"), ("kill -9 $$", "was ended by signal 9")],
)
def test_an_editor_that_fails_is_named(
    body: str, said: str, tmp_path: Path, keys: TextIO
) -> None:
    editor = script(tmp_path / "ed", body)
    files = EditorFiles(keys, {"EDITOR": editor})
    with pytest.raises(UsageError) as failed:
        open_in(files, "text", "answer.md")
    before, _, path = failed.value.message.removesuffix(".").partition(" The text is in ")
    assert before == f"{editor} {said}."
    assert Path(path).read_text() == "text"


def test_an_editor_that_is_not_there_is_named(tmp_path: Path, keys: TextIO) -> None:
    files = EditorFiles(keys, {"EDITOR": str(tmp_path / "none")})
    with pytest.raises(UsageError, match="none cannot be started: No such file"):
        open_in(files, "text", "answer.md")


def test_without_any_editor_nothing_is_written(tmp_path: Path) -> None:
    files = EditorFiles(io.StringIO(), {"PATH": str(tmp_path)})
    with pytest.raises(UsageError, match=r"Set \$VISUAL or \$EDITOR"):
        open_in(files, "text", "answer.md")
