"""The clipboard: who is asked, and that a success is one."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from pathlib import Path

import pytest
from stage import Tty, stage

from streamchat.core.ports import Copied, CopiedTo
from streamchat.core.terminal import Terminal, read_terminal
from streamchat.render.screen.clipboard import copy_by_program, copy_sequence

X11 = {"DISPLAY": ":0"}
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
SSH = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
TMUX = {"TMUX": "/tmp/tmux"}
SYSTEM, IN_TMUX = CopiedTo.SYSTEM, CopiedTo.TMUX


class Desk:
    """A PATH of programs that keep what they get in a file of their name."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(self, name: str, then: str = "") -> None:
        file = self.path / name
        file.write_text(
            "#!/bin/sh\nPATH=/usr/bin:/bin\n"
            f'echo "$@" > {file}.args\ncat > {file}.got\n{then}\n'
        )
        file.chmod(0o700)

    def copy(self, text: str = "text", **environ: str) -> Copied | None:
        return copy_by_program(text, {"PATH": str(self.path), **environ})

    def got(self, name: str) -> bytes:
        return (self.path / f"{name}.got").read_bytes()

    def arguments(self, name: str) -> str:
        return (self.path / f"{name}.args").read_text().strip()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("installed", "environ", "copied"),
    [
        ("", {**X11, **WAYLAND, **TMUX}, None),
        ("wl-copy xclip xsel", {**X11, **WAYLAND}, Copied(SYSTEM, "wl-copy")),
        ("wl-copy xclip xsel", X11, Copied(SYSTEM, "xclip")),
        ("xsel", X11, Copied(SYSTEM, "xsel")),
        ("wl-copy xclip xsel", {}, None),
        ("pbcopy", {}, Copied(SYSTEM, "pbcopy")),
        ("clip.exe", {}, Copied(SYSTEM, "clip.exe")),
        ("tmux", TMUX, Copied(IN_TMUX)),
        ("tmux", {}, None),
        ("tmux xclip", {**TMUX, **X11}, Copied(IN_TMUX, "xclip")),
        ("xclip", {**TMUX, **X11}, Copied(SYSTEM, "xclip")),
        ("pbcopy xclip wl-copy", {**SSH, **X11, **WAYLAND}, None),
        ("pbcopy xclip", {**SSH, "DISPLAY": "localhost:10.0"}, Copied(SYSTEM, "xclip")),
    ],
)
def test_who_has_the_text(
    desk: Desk, installed: str, environ: dict[str, str], copied: Copied | None
) -> None:
    for name in installed.split():
        desk.install(name)
    assert desk.copy("grün\n", **environ) == copied
    if copied is not None and copied.program != "clip.exe":
        assert desk.got(copied.program or "tmux").decode() == "grün\n"


def test_what_each_program_is_told(desk: Desk) -> None:
    for name in ("tmux", "xclip", "wl-copy", "clip.exe"):
        desk.install(name, "exit 1")
    desk.install("xsel")
    assert desk.copy("ü", **X11, **WAYLAND, **TMUX) == Copied(SYSTEM, "xsel")
    names = ("wl-copy", "xclip", "xsel")
    assert [desk.arguments(name) for name in names] == [
        "--type text/plain",
        "-selection clipboard",
        "--clipboard --input",
    ]
    desk.copy("ü")
    assert desk.got("clip.exe") == "ü".encode("utf-16-le")


def test_a_tmux_that_cannot_pass_it_on_keeps_it(desk: Desk) -> None:
    desk.install("tmux", 'case "$*" in *-w*) exit 1;; esac')
    assert desk.copy(**TMUX) == Copied(IN_TMUX)
    assert desk.arguments("tmux") == "load-buffer -"


def test_a_program_that_never_ends_is_not_waited_for(desk: Desk) -> None:
    desk.install("xclip", "exec sleep 60")
    environ = {"PATH": str(desk.path), **X11}
    assert copy_by_program("text", environ, patience_s=0.2) is None


def test_a_program_that_stays_behind_does_not_hold_ours(desk: Desk) -> None:
    desk.install("xclip", "sleep 60 & echo $! > $0.pid")
    assert desk.copy(**X11) == Copied(SYSTEM, "xclip")


def terminal(**environ: str) -> Terminal:
    return read_terminal(Tty(), environ)


def test_the_terminal_is_asked_by_osc_52() -> None:
    asked = copy_sequence("grün", terminal(TERM="xterm"))
    copied = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x1b\\", asked)
    assert copied is not None
    assert b64decode(copied[1]).decode() == "grün"


def test_through_gnu_screen_it_goes_in_pieces() -> None:
    text = "a long text " * 100
    asked = copy_sequence(text, terminal(TERM="screen", STY="1.pts"))
    pieces = re.findall(r"\x1bP([^\x1b]*|\x1b\][^\x1b]*)\x1b\\", asked)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == asked
    assert max(map(len, pieces)) <= 250
    copied = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", "".join(pieces))
    assert copied is not None
    assert b64decode(copied[1]).decode() == text


@pytest.mark.parametrize("name", ["linux", "vt220", "dumb", ""])
def test_a_terminal_that_would_print_it_is_not_asked(name: str) -> None:
    assert copy_sequence("text", terminal(TERM=name)) == ""


def test_what_is_copied_is_what_is_shown() -> None:
    made = stage(60, 12, PATH="")
    copied = asyncio.run(made.screen.copy("grün\tx\n\x1b[31mrm \udc80\x07 \u200fש"))
    assert copied == Copied(CopiedTo.TERMINAL)
    encoded = made.tty.text.removeprefix("\x1b]52;c;").removesuffix("\x1b\\")
    assert b64decode(encoded).decode() == "grün\tx\n␛[31mrm \ufffd␇ \u200fש"


def test_where_nothing_can_be_asked_nothing_is_written() -> None:
    made = stage(60, 12, TERM="dumb", PATH="")
    assert asyncio.run(made.screen.copy("text")) is None
    assert made.tty.text == ""
