"""`posix.files`: whatever a name leads to, an answer comes at once and in plain words."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from streamchat.posix.files import (
    NOT_A_LINK,
    open_regular,
    pipe_wait,
    read_file,
    read_stream,
)


def never(_fd: int) -> bool:
    return False


def reason(path: Path | str, *, most_bytes: int = 100, waits: bool = False) -> str:
    with pytest.raises(OSError, match=r".") as caught:
        read_file(path, most_bytes=most_bytes, wait=never if waits else None)
    return str(caught.value.strerror)


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100)
    assert read_file(file, most_bytes=100) == b"x" * 100
    assert reason(file, most_bytes=99) == "it is larger than 99 bytes"


def test_a_large_file_is_not_read_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    os.truncate(tmp_path / "file", 3 << 30)
    monkeypatch.delattr(os, "read")
    assert reason(tmp_path / "file", most_bytes=10**6) == "it is larger than 1,000,000 bytes"


@pytest.mark.parametrize("waits", [False, True])
def test_what_is_no_file_is_named(tmp_path: Path, waits: bool) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    with listener:
        assert reason(tmp_path / "socket", waits=waits) == "it is a socket or a missing device"
    assert reason(tmp_path, waits=waits) == "it is a directory"
    assert reason("/dev/zero", waits=waits) == "it is a device"
    assert reason("/dev/null", waits=waits) == "it is a device"
    assert reason(tmp_path / "none", waits=waits) == "No such file or directory"
    assert reason("a\0b", waits=waits) == "its name holds a NUL character"


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert reason(tmp_path / "pipe") == "it is a named pipe"
    with pytest.raises(OSError, match="named pipe"):
        open_regular(tmp_path / "pipe", os.O_RDONLY)


def test_a_pipe_is_read_to_its_end_in_pieces() -> None:
    out, into = os.pipe()
    pieces = [b"one ", b"two ", b"three"]

    def ready(_fd: int) -> bool:
        """Each wait brings the next piece; then the writer leaves."""
        if pieces:
            os.write(into, pieces.pop(0))
        else:
            os.close(into)
        return True

    assert read_file(f"/dev/fd/{out}", most_bytes=100, wait=ready) == b"one two three"
    os.close(out)


def test_a_silent_pipe_and_an_endless_one_are_given_up() -> None:
    out, into = os.pipe()
    path = f"/dev/fd/{out}"
    assert reason(path, waits=True) == "nothing more came through this pipe in time"

    def ready(_fd: int) -> bool:
        os.write(into, b"x" * 64)
        return True

    with pytest.raises(OSError, match="larger than 1,000 bytes"):
        read_file(path, most_bytes=1000, wait=ready)
    os.close(into)
    os.close(out)


def test_the_time_for_a_pipe_is_one_for_all_its_pieces() -> None:
    out, into = os.pipe()
    spent, left = pipe_wait(0), pipe_wait(60)
    assert not spent(out)
    writer = threading.Thread(target=lambda: os.write(into, b"x"))
    writer.start()
    assert left(out)
    writer.join()
    os.close(into)
    os.close(out)


def test_a_link_is_followed_unless_that_is_ruled_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "link", most_bytes=100) == b"text"
    with pytest.raises(OSError, match="symbolic link"):
        open_regular(tmp_path / "link", os.O_RDONLY | NOT_A_LINK)


def test_a_null_device_that_nohup_opened_for_writing_is_empty() -> None:
    with Path(os.devnull).open("wb") as stream:
        assert read_stream(stream, most_bytes=100) == b""
