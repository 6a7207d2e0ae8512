"""Writes the user's own settings: the key in .env, a profile in config.toml.

Rules: everything else in the files stays as it is, byte for byte; a file is replaced whole or
not at all; .env has mode 0600 afterwards. A link is followed, so that a linked file is
written and not replaced.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from pathlib import Path

from streamchat.config.files import parse_toml, read_text
from streamchat.config.paths import Paths
from streamchat.core.errors import ConfigError, DiskError

KEY_VARIABLE = "ANTHROPIC_API_KEY"

_KEY_LINE = re.compile(rf"^[ \t]*(?:export[ \t]+)?{KEY_VARIABLE}[ \t]*=.*\n?", re.MULTILINE)
_PASTED_KEY = re.compile(
    rf"""(?:(?:export\s+)?{KEY_VARIABLE}\s*=\s*)?(?P<quote>["']?)(?P<key>.*)(?P=quote)"""
)


def read_pasted_key(text: str) -> str:
    """The key in what was pasted: alone, in quotes, or as a line of a shell or of .env."""
    found = _PASTED_KEY.fullmatch(text.strip())
    return found["key"] if found else text


def keep_key(paths: Paths, key: str) -> None:
    """Write the key to .env; it replaces an older one. Raises ConfigError, DiskError."""
    kept = _KEY_LINE.sub("", _text(paths.env_file))
    end = "\n" if kept and not kept.endswith("\n") else ""
    write_whole(paths.env_file, f"{kept}{end}{KEY_VARIABLE}={key}\n", mode=0o600)


def forget_key(paths: Paths) -> bool:
    """Remove the key from .env; returns whether there was one. Raises ConfigError,
    DiskError."""
    text = _text(paths.env_file)
    kept = _KEY_LINE.sub("", text)
    if kept == text:
        return False
    write_whole(paths.env_file, kept, mode=0o600)
    return True


def add_profile(paths: Paths, name: str, *, base_url: str, model: str) -> str:
    """Add a profile to config.toml, and make it the default if there is none. Returns its
    name, which gets a number if it is taken. Raises ConfigError, DiskError."""
    file = read_text(paths.config_file)
    table = parse_toml(file) if file else {}
    text = file.text if file else ""
    profiles = table.get("profiles")
    free = _free_name(name, profiles if isinstance(profiles, dict) else {})
    head = "" if "profile" in table else f'profile = "{free}"\n'
    section = [f"[profiles.{free}]", f"base_url = {json.dumps(base_url)}"]
    if model:
        section.append(f"model = {json.dumps(model, ensure_ascii=False)}")
    before = f"{head}{text.rstrip()}\n\n" if text.strip() else f"{head}\n"
    mode = (file.mode & 0o777) if file else 0o600
    write_whole(paths.config_file, before + "\n".join(section) + "\n", mode=mode)
    return free


def _free_name(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _text(path: Path) -> str:
    file = read_text(path)
    return file.text if file else ""


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Write a scratch file and rename it; a link is followed. Raises ConfigError, DiskError."""
    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fchmod(descriptor, mode)
                os.fsync(descriptor)
            beside.replace(target)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskError(f"Cannot write {path}: {error.strerror}.") from error
    except RuntimeError as error:  # links that form a cycle
        raise ConfigError(f"{path} is a link that leads nowhere.") from error
