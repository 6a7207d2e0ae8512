"""The image and the text on the clipboard, by programs that stand in for the real ones."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fakes import open_session
from pictures import JPEG, png
from streamchat.app.commands import dispatch
from streamchat.app.commands.outcomes import AskUser, Done
from streamchat.app.session import Session
from streamchat.cli.clipboard import NO_PROGRAM, NOTHING, SystemClipboard
from streamchat.core.input_line import CommandLine
from streamchat.core.ports import Pasted
from streamchat.posix.clipboard import Clipping, take_clipboard

PNG = png(56, 28)


@dataclass(frozen=True)
class Programs:
    """A PATH that holds only what a test writes."""

    directory: Path

    def write(self, name: str, script: str) -> None:
        path = self.directory / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def environ(self, **more: str) -> Mapping[str, str]:
        return {"PATH": str(self.directory), **more}


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    (tmp_path / "picture").write_bytes(PNG)
    (tmp_path / "in-base64").write_bytes(base64.b64encode(PNG))
    (tmp_path / "bin").mkdir()
    return Programs(tmp_path / "bin")


def take(environ: Mapping[str, str]) -> Clipping:
    return take_clipboard(environ, lambda data: data.startswith(PNG[:4]))


def shows(programs: Programs, name: str) -> str:
    return f"exec /bin/cat {programs.directory.parent / name}"


def test_wl_paste_gives_an_image_of_the_first_kind_that_is_there(programs: Programs) -> None:
    script = f'[ "$2" = image/jpeg ] || exit 1; {shows(programs, "picture")}'
    programs.write("wl-paste", script)
    environ = programs.environ(WAYLAND_DISPLAY="wayland-0")
    assert take(environ) == Clipping(PNG, can_read_images=True)


def test_xclip_and_pngpaste_and_powershell_do(programs: Programs) -> None:
    programs.write("powershell.exe", shows(programs, "in-base64"))
    assert take(programs.environ()).image == PNG
    programs.write("powershell.exe", "exit 1")
    programs.write("pngpaste", shows(programs, "picture"))
    assert take(programs.environ()).image == PNG
    programs.write("pngpaste", "exit 1")
    programs.write("xclip", f'[ "$5" = image/png ] && {shows(programs, "picture")}')
    assert take(programs.environ(DISPLAY=":0")).image == PNG
    assert take(programs.environ()).image == b""


def test_without_an_image_it_is_the_text(programs: Programs) -> None:
    programs.write("xclip", '[ "$4" = -t ] && exit 1; echo words')
    found = take(programs.environ(DISPLAY=":0"))
    assert found == Clipping(text="words\n", can_read_images=True)
    assert take(programs.environ()) == Clipping()


def test_a_photo_is_called_one(programs: Programs) -> None:
    (programs.directory.parent / "photo").write_bytes(JPEG)
    programs.write("pngpaste", shows(programs, "photo"))
    session = open_session()
    pasted(programs, session)
    assert [block["title"] for block in session.attached] == ["clipboard.jpg"]


def test_xsel_reads_and_never_writes(programs: Programs) -> None:
    programs.write("xsel", '[ "$*" = "--clipboard --output" ] && echo words')
    assert take(programs.environ(DISPLAY=":0")).text == "words\n"


def clipboard_of(programs: Programs, session: Session) -> SystemClipboard:
    run: Any = SimpleNamespace(env=SimpleNamespace(environ=programs.environ()))
    return SystemClipboard(run, session)


def pasted(programs: Programs, session: Session) -> Pasted:
    return asyncio.run(clipboard_of(programs, session).paste())


def test_an_image_is_attached_and_named(programs: Programs) -> None:
    programs.write("pngpaste", shows(programs, "picture"))
    session = open_session()
    line = f"Attached clipboard.png (PNG image, 56 × 28, {len(PNG)} B, about 2 tokens)"
    assert pasted(programs, session) == Pasted(line=line)
    assert [block["title"] for block in session.attached] == ["clipboard.png"]


def test_a_text_is_returned_and_nothing_is_one_line(programs: Programs) -> None:
    session = open_session()
    assert pasted(programs, session) == Pasted(line=NO_PROGRAM)
    programs.write("pngpaste", "exit 1")
    assert pasted(programs, session) == Pasted(line=NOTHING)
    programs.write("pbpaste", "printf words")
    assert pasted(programs, session) == Pasted("words")
    assert session.attached == ()


def test_a_text_is_no_image_though_a_program_gives_it_for_one(programs: Programs) -> None:
    programs.write("pngpaste", "printf words")
    programs.write("pbpaste", "printf words")
    session = open_session()
    assert pasted(programs, session) == Pasted("words")
    assert session.attached == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Pasted(line="Attached x"), "Attached x"),
        (Pasted("words"), "The clipboard has text, not an image."),
    ],
)
def test_the_command_says_what_it_took(given: Pasted, said: str) -> None:
    class Given:
        def read_text(self) -> str | None:
            return None

        async def paste(self) -> Pasted:
            return replace(given)

    session = open_session()
    session.clipboard = Given()
    outcome = dispatch(session, CommandLine("paste"))
    assert isinstance(outcome, AskUser)
    reader: Any = None
    assert asyncio.run(outcome.then(reader)) == Done(said)  # type: ignore[arg-type]
