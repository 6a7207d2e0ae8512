"""A setting that is changed from inside a chat, as `/config KEY VALUE` gives it.

Owns how the words of the command become a value. What the value means, and whether it is
allowed, is decided where all values are: in `layers` and `values`. Imported by that command
alone.

Rule: a value is written as in config.toml, and a plain text needs no quotes. `KEY.NAME` is
one entry of a section (`headers.X-Team`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.options import KEYS
from streamchat.core.options.rows import Kind, Option
from streamchat.core.rates import Rates
from streamchat.core.settings.layers import did_you_mean, section_layer
from streamchat.core.settings.resolve import Settings
from streamchat.core.settings.values import Origin, RawValue, SettingSource, read

COMMAND = "/config"
_SECTIONS = (Kind.HEADERS, Kind.PRICES, Kind.TABLE)
_NUMBERS = (Kind.COUNT, Kind.WHOLE, Kind.SECONDS, Kind.DOLLARS)


@dataclass(frozen=True, slots=True)
class Change:
    """What to set: `value` is what config.toml would hold; `entry` is the name within the
    section `key`, "" for all of it. `raw` is the same as a value of a layer."""

    option: Option
    key: str
    entry: str
    value: object
    raw: RawValue

    @property
    def path(self) -> tuple[str, ...]:
        return (self.key, self.entry) if self.entry else (self.key,)


def find_key(name: str) -> tuple[Option, str, str]:
    """The option, its key, and the entry of a section that `name` stands for. Raises
    UsageError."""
    key, _, entry = name.removesuffix(".mode").partition(".")
    key = key.removeprefix("--").replace("-", "_")
    option = KEYS.get(f"[{key}]" if entry else key) or KEYS.get(key)
    if option is None:
        near = did_you_mean(key, KEYS)
        raise UsageError(f"There is no setting {quoted(name)}{near or '; /config lists all.'}")
    if entry and option.kind not in _SECTIONS:
        raise UsageError(f"{key} is not a section: write {COMMAND} {key} VALUE.")
    return option, key, entry


def read_change(
    name: str, text: str, settings: Settings, variables: Mapping[str, str]
) -> Change:
    """The change of a setting. `variables` are looked up for a key such as `api_key_env`.
    Raises UsageError, ConfigError."""
    option, key, entry = find_key(name)
    if option.kind in _SECTIONS:
        value = _toml(text) if entry else _section(key, text)
        table = {**_entries(getattr(settings, option.name)), entry: value} if entry else value
        layer = section_layer({key: table}, variables, COMMAND)
    else:
        layer = section_layer({key: _unquoted(text)}, variables, COMMAND)
        value = _unquoted(text)
    if option.name not in layer.values:
        raise UsageError(layer.notes[0] if layer.notes else f"{COMMAND} {key}: give a value.")
    raw = RawValue(layer.values[option.name].text, COMMAND)
    typed = read(option, raw, Origin(SettingSource.FLAG, COMMAND))
    if option.kind is Kind.ON_OFF or option.kind in _NUMBERS:
        value = int(typed) if isinstance(typed, float) and typed.is_integer() else typed
    elif option.kind is Kind.TEXTS and isinstance(typed, tuple) and text.startswith("["):
        value = list(typed)
    return Change(option, key, entry, value, raw)


def _toml(text: str) -> object:
    """A value of TOML, or else the text itself."""
    import tomllib  # 13 ms

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _unquoted(text: str) -> str:
    value = _toml(text) if text[:1] in ('"', "'") else text
    return value if isinstance(value, str) else text


def _section(key: str, text: str) -> object:
    value = _toml(text)
    if not isinstance(value, dict):
        raise UsageError(f'Write {COMMAND} {key}.NAME VALUE, or {{ NAME = "VALUE" }}.')
    return value


def _entries(pairs: tuple[tuple[str, object], ...]) -> dict[str, object]:
    """A section as config.toml would hold it."""
    return {name: asdict(value) if isinstance(value, Rates) else value for name, value in pairs}
