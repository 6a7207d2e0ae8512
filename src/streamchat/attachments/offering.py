"""The files below a directory that can be attached, as the prompt offers them.

Rules: in a repository, git lists the files, and nothing from the repository is run (no
fsmonitor). Elsewhere the directory is walked, up to a bound. Hidden files are left out, and
files with the name of a binary.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from streamchat.posix.files import open_regular

MOST_LISTED = 300_000
_GIT_SECONDS = 20.0
_HEAD_BYTES = 2_000
_GIT = (
    *("git", "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "ls-files"),
    *("-z", "--cached", "--others", "--exclude-standard"),
)
_SENT_AS_BYTES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf")
_BINARY = (
    *(".a", ".bin", ".class", ".dll", ".dylib", ".exe", ".jar", ".node", ".o", ".obj"),
    *(".pyc", ".pyd", ".rlib", ".so", ".wasm", ".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz"),
    *(".xz", ".zip", ".zst", ".whl", ".db", ".pack", ".sqlite", ".sqlite3", ".bmp", ".heic"),
    *(".icns", ".ico", ".psd", ".tif", ".tiff", ".avi", ".flac", ".m4a", ".mkv", ".mov"),
    *(".mp3", ".mp4", ".ogg", ".wav", ".webm", ".eot", ".otf", ".ttf", ".woff", ".woff2"),
    *(".npy", ".npz", ".onnx", ".parquet", ".pickle", ".pkl", ".pt", ".safetensors"),
)


def list_offered(cwd: Path, environ: Mapping[str, str]) -> list[str]:
    """The paths, relative to `cwd`, and the directories that hold them."""
    names = _known_to_git(cwd, environ)
    files = [name for name in (_walked(cwd) if names is None else names) if _may_offer(name)]
    if len(files) > MOST_LISTED:  # what is near stays
        files.sort(key=lambda name: name.count("/"))
        del files[MOST_LISTED:]
    return [*_directories(files), *files]


def only_sendable(names: Sequence[str], cwd: Path) -> list[str]:
    """Those that exist and do not begin like a binary file."""
    return [name for name in names if name.endswith("/") or _is_sendable(cwd / name)]


def _known_to_git(cwd: Path, environ: Mapping[str, str]) -> list[str] | None:
    """None where there is no repository, or no git."""
    try:
        done = subprocess.run(
            _GIT,
            cwd=cwd,
            env={**environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    return list(dict.fromkeys(done.stdout.decode(errors="replace").split("\0")))


def _walked(cwd: Path) -> Iterator[str]:
    count = 0
    for directory, below, files in os.walk(cwd):
        below[:] = sorted(name for name in below if not name.startswith("."))
        prefix = os.path.relpath(directory, cwd)
        for name in sorted(files):
            yield name if prefix == "." else f"{prefix}/{name}"
        count += len(files) + len(below)
        if count > MOST_LISTED:
            return


def _may_offer(name: str) -> bool:
    is_hidden = name.startswith(".") or "/." in name
    is_binary = name.lower().endswith(_BINARY)
    return bool(name) and name.isprintable() and not (is_hidden or is_binary)


def _directories(files: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for name in files:
        at = name.rfind("/")
        while at > 0 and name[: at + 1] not in found:
            found.add(name[: at + 1])
            at = name.rfind("/", 0, at)
    return sorted(found)


def _is_sendable(path: Path) -> bool:
    if path.name.lower().endswith(_SENT_AS_BYTES):
        return path.is_file()
    try:
        file = open_regular(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return b"\0" not in os.read(file, _HEAD_BYTES)
    finally:
        os.close(file)
