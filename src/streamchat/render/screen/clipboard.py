"""The clipboard: tmux's buffer, a program of the platform, or the terminal (OSC 52).

Owns which of them is asked, and how. A program that reports success has the text. A terminal
reports nothing, and most refuse by default, so it comes last.

Rule: over SSH, a program that reaches only the remote machine's own clipboard is not used.
"""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from streamchat.core.ports import Copied, CopiedTo
from streamchat.core.terminal import Terminal

PATIENCE_S = 2.0  # a program may wait forever for a display that does not answer
_PIECE_CHARS = 250  # GNU screen passes on control strings of at most about 700 bytes


@dataclass(frozen=True, slots=True)
class _Program:
    """A command that reads the text from its stdin."""

    argv: tuple[str, ...]
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        return self.argv[0]


_TMUX = (
    _Program(("tmux", "load-buffer", "-w", "-")),  # -w: also to the terminal around tmux
    _Program(("tmux", "load-buffer", "-")),  # before tmux 3.2
)


def copy_by_program(
    text: str, environ: Mapping[str, str], *, patience_s: float = PATIENCE_S
) -> Copied | None:
    """Ask tmux and the platform's program; None where neither took the text. Blocks."""
    in_tmux = bool(environ.get("TMUX")) and any(
        _takes(program, text, environ, patience_s) for program in _TMUX
    )
    used = next(
        (p.name for p in _programs(environ) if _takes(p, text, environ, patience_s)), ""
    )
    if in_tmux:
        return Copied(CopiedTo.TMUX, used)
    return Copied(CopiedTo.SYSTEM, used) if used else None


def copy_sequence(text: str, terminal: Terminal) -> str:
    """The sequence that asks the terminal (OSC 52); empty where it would be printed."""
    if not terminal.takes_osc:
        return ""
    encoded = b64encode(text.encode("utf-8", "replace")).decode()
    if not terminal.in_screen:
        return f"\x1b]52;c;{encoded}\x1b\\"
    # GNU screen hands the content of a DCS to the terminal around it.
    command = f"\x1b]52;c;{encoded}\a"
    pieces = (command[at : at + _PIECE_CHARS] for at in range(0, len(command), _PIECE_CHARS))
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


def _programs(environ: Mapping[str, str]) -> Iterator[_Program]:
    """The programs that reach the clipboard of the person at the keyboard, best first."""
    is_remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    display = environ.get("DISPLAY", "")
    if environ.get("WAYLAND_DISPLAY") and not is_remote:
        yield _Program(("wl-copy", "--type", "text/plain"))
    if display and not (is_remote and display.startswith(":")):
        yield _Program(("xclip", "-selection", "clipboard"))
        yield _Program(("xsel", "--clipboard", "--input"))
    if not is_remote:
        yield _Program(("pbcopy",))
        yield _Program(("clip.exe",), encoding="utf-16-le")


def _takes(program: _Program, text: str, environ: Mapping[str, str], patience_s: float) -> bool:
    """Whether the program is there and takes the text.

    Some stay behind to serve the clipboard: they get no stream of ours to hold open, and a
    session of their own, which Ctrl-C does not reach.
    """
    path = shutil.which(program.name, path=environ.get("PATH"))
    if path is None:
        return False
    try:
        done = subprocess.run(
            [path, *program.argv[1:]],
            input=text.encode(program.encoding, "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"LC_CTYPE": "UTF-8", **environ},  # pbcopy reads its encoding there
            timeout=patience_s,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
