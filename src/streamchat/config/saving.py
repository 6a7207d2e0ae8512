"""Writes one setting to config.toml, with all comments kept. The only importer of tomlkit.

Rules: the file is written whole or not at all, and afterwards only the user can read it (mode
0600). The new text is parsed again before it replaces the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import MutableMapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Table, Whitespace

from streamchat.config.files import parse_toml, read_text
from streamchat.config.paths import Paths
from streamchat.config.writing import write_whole
from streamchat.core.errors import ConfigError

_MODE = 0o600
_KEYS, _MODE_OF_KEYS = "keys", "mode"  # a text, or a section that holds it


def save_setting(paths: Paths, keys: Sequence[str], value: object) -> None:
    """Set what `keys` lead to; None removes it. Raises ConfigError, DiskError."""
    path = paths.config_file
    file = read_text(path)
    if file is not None:
        parse_toml(file)  # its error names the line
    try:
        document = tomlkit.parse(file.text if file else "")
        text = _changed(document, keys, value)
        written = _look_up(tomllib.loads(text), keys)
        if keys[-1] == _KEYS and isinstance(written, dict):
            written = written.get(_MODE_OF_KEYS)
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ConfigError(f"{path} cannot be changed here; edit it: {error}") from error
    if written != value:
        raise ConfigError(f"{path} cannot be changed here; edit it.")
    write_whole(path, text, mode=_MODE)


def _changed(document: tomlkit.TOMLDocument, keys: Sequence[str], value: object) -> str:
    """The text with that value."""
    table: MutableMapping[str, Any] = document
    for key in keys[:-1]:
        if key not in table:
            if value is None:
                return tomlkit.dumps(document)
            table[key] = tomlkit.table()
        elif key == _KEYS and not isinstance(table[key], MutableMapping):
            table[key] = _keys_section(table.pop(key))
        table = table[key]
    last = keys[-1]
    if last == _KEYS and isinstance(table.get(last), MutableMapping):
        table, last = table[last], _MODE_OF_KEYS
    if value is None:
        table.pop(last, None)
    elif len(keys) == 1 and not isinstance(value, dict) and keys[0] not in document:
        _add_above_sections(document, last, value)
    else:
        table[last] = value
    return tomlkit.dumps(document)


def _keys_section(mode: object) -> Table:
    section = tomlkit.table()
    section[_MODE_OF_KEYS] = mode
    return section


def _add_above_sections(document: tomlkit.TOMLDocument, key: str, value: object) -> None:
    """Add the key above the sections; tomlkit would put it between a section and its
    comment."""
    items = [item for _, item in document.body]
    at = next((n for n, item in enumerate(items) if isinstance(item, Table | AoT)), None)
    if at is None:
        document[key] = value
        return
    for kind in (Comment, Whitespace):
        while at and isinstance(items[at - 1], kind):
            at -= 1
    document.body.insert(at, (tomlkit.key(key), tomlkit.item(value)))
    if at == 0:
        document.body.insert(1, (None, tomlkit.nl()))


def _look_up(table: object, keys: Sequence[str]) -> object:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table
