"""Reads the clipboard by the platform's own programs: a text, or an image.

Rule: a program that is missing, fails or hangs is skipped, and the next one is tried.
"""

from __future__ import annotations

import base64
import binascii
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_READ_S = 3.0
_MOST_BYTES = 1_000_000
_MOST_IMAGE_BYTES = 64 * 1024 * 1024
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_POWERSHELL = ("powershell.exe", "-NoProfile", "-STA", "-Command")
_IMAGE_IN_BASE64 = (
    "$i = Get-Clipboard -Format Image; if ($i) { $s = New-Object IO.MemoryStream;"
    " $i.Save($s, [Drawing.Imaging.ImageFormat]::Png);"
    " [Convert]::ToBase64String($s.ToArray()) }"
)


@dataclass(frozen=True, slots=True)
class Clipping:
    """What is on the clipboard. `text` is None, and `image` empty, where nothing can be read
    or there is none; `can_read_images` says whether a program for that was found."""

    image: bytes = b""
    text: str | None = None
    can_read_images: bool = False


def take_clipboard(environ: Mapping[str, str], is_image: Callable[[bytes], bool]) -> Clipping:
    """The image on the clipboard, or else its text. A program may give the text where it was
    asked for an image, so `is_image` decides."""
    can_read = False
    for argv, is_base64 in _image_programs(environ):
        output = _run(argv, environ)
        can_read = can_read or output is not None
        image = _unpacked(output or b"", is_base64=is_base64)
        if is_image(image) and len(image) <= _MOST_IMAGE_BYTES:
            return Clipping(image, can_read_images=True)
    return Clipping(text=read_clipboard(environ), can_read_images=can_read)


def read_clipboard(environ: Mapping[str, str]) -> str | None:
    """The text; None where no program can read it."""
    for argv in _text_programs(environ):
        if output := _run(argv, environ):
            return output[:_MOST_BYTES].decode("utf-8", "replace")
    return None


def _run(argv: Sequence[str], environ: Mapping[str, str]) -> bytes | None:
    """What the program says; b"" if it fails, None if there is none."""
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
    except subprocess.TimeoutExpired:
        return b""
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else b""


def _unpacked(output: bytes, *, is_base64: bool) -> bytes:
    if not is_base64:
        return output
    try:
        return base64.b64decode(output)
    except (binascii.Error, ValueError):
        return b""


def _text_programs(environ: Mapping[str, str]) -> list[list[str]]:
    programs = [["wl-paste", "--no-newline"]] if environ.get("WAYLAND_DISPLAY") else []
    if environ.get("DISPLAY"):
        programs.append(["xclip", "-selection", "clipboard", "-o"])
        # Without --output it sets the clipboard to what its stdin holds.
        programs.append(["xsel", "--clipboard", "--output"])
    return [*programs, ["pbpaste"], ["powershell.exe", "-NoProfile", "Get-Clipboard"]]


def _image_programs(environ: Mapping[str, str]) -> list[tuple[list[str], bool]]:
    """Programs, and whether each writes base64."""
    programs: list[tuple[list[str], bool]] = []
    if environ.get("WAYLAND_DISPLAY"):
        programs += [(["wl-paste", "--type", kind], False) for kind in _PICTURES]
    if environ.get("DISPLAY"):
        xclip = ["xclip", "-selection", "clipboard", "-o", "-t"]
        programs += [([*xclip, kind], False) for kind in _PICTURES]
    return [*programs, (["pngpaste", "-"], False), ([*_POWERSHELL, _IMAGE_IN_BASE64], True)]
