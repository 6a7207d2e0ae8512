"""Reads the text on the clipboard by the platform's own program."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

_READ_S = 3.0
_MOST_BYTES = 1_000_000


def read_clipboard(environ: Mapping[str, str]) -> str | None:
    """None where no program can read it."""
    for argv in _programs(environ):
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=dict(environ),
                timeout=_READ_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return done.stdout[:_MOST_BYTES].decode("utf-8", "replace")
    return None


def _programs(environ: Mapping[str, str]) -> list[list[str]]:
    programs = [["wl-paste", "--no-newline"]] if environ.get("WAYLAND_DISPLAY") else []
    if environ.get("DISPLAY"):
        programs += [["xclip", "-selection", "clipboard", "-o"], ["xsel", "--clipboard"]]
    return [*programs, ["pbpaste"], ["powershell.exe", "-NoProfile", "Get-Clipboard"]]
