"""Turns the text of a setting into a typed value that knows its origin.

Owns the sources and their order, origins, layers, and the parsing of each kind of text.

Rule 1: an empty value counts as unset; every value is stripped.
Rule 2: an error is one line that quotes the text and says what to write instead. The
quotation is always printable, and a secret is never quoted.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TypeAlias, assert_never

from streamchat.core.errors import ConfigError, StreamchatError, UsageError
from streamchat.core.formatting import quoted
from streamchat.core.options.rows import Kind, Option, Reach
from streamchat.core.rates import Rates, read_rates
from streamchat.core.settings.address import parse_address

Pairs: TypeAlias = tuple[tuple[str, str], ...] | tuple[tuple[str, Rates], ...]
Table: TypeAlias = tuple[tuple[str, object], ...]
Value: TypeAlias = str | int | float | bool | Pairs | Table | tuple[str, ...] | None

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# What an HTTP header may hold; the SDK reports anything else as "Connection error.".
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


class SettingSource(IntEnum):
    """Who set a value, strongest first."""

    FLAG = 0
    ENVIRONMENT = 1
    ENV_FILE = 2
    DOTENV = 3
    CONFIG = 4
    DEFAULT = 5


FILES_OF_OTHERS = frozenset({SettingSource.ENV_FILE, SettingSource.DOTENV})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: the flag, variable or key, and the file; `profile` is the
    section of config.toml, if there is one."""

    source: SettingSource
    name: str = ""
    place: str = ""
    profile: str = ""

    def __str__(self) -> str:
        if self.source is SettingSource.DEFAULT:
            return "default"
        section = f" of profile {self.profile}" if self.profile else ""
        return f"{self.name}{section}" + (f" in {self.place}" if self.place else "")

    def naming(self, setting: str) -> Origin:
        """The origin with the name of the setting added if it is a command, whose name does
        not say it."""
        is_command = self.name.startswith("/")
        return replace(self, name=f"{self.name} {setting}") if is_command else self


DEFAULT = Origin(SettingSource.DEFAULT)


@dataclass(frozen=True, slots=True)
class RawValue:
    """The text of an option, not parsed yet, and the flag, variable or key that gave it."""

    text: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Everything from one source, by option name; `notes` are for the user."""

    source: SettingSource
    values: Mapping[str, RawValue]
    place: str = ""
    profile: str = ""
    profiles: Mapping[str, Layer] = field(default_factory=dict)
    joins: bool = False  # its parameters of the request join those of weaker layers
    notes: tuple[str, ...] = ()

    def origin(self, raw: RawValue) -> Origin:
        return Origin(self.source, raw.name, self.place, self.profile)


def complaint(origin: Origin, problem: str) -> StreamchatError:
    """The error for a value: UsageError if it came from a flag, else ConfigError."""
    kind = UsageError if origin.source is SettingSource.FLAG else ConfigError
    return kind(f"{origin}: {problem}")


def read(option: Option, raw: RawValue, origin: Origin) -> Value:
    """The typed value of a text. Raises UsageError or ConfigError.

    Only a flag can give an empty text. It unsets what a weaker source set, except where
    that would be dangerous: `-r "$ID"` with an empty ID must not start a new conversation."""
    try:
        names_something = option.reach in (Reach.USER, Reach.ENVIRONMENT)
        must_be_given = option.default is not None or names_something
        if must_be_given and not (raw.text or option.unsets):
            raise ValueError("give a value")
        return _read(option, raw.text) if raw.text else None
    except ValueError as wrong:
        raise complaint(origin, f"{_shown(option, raw.text)}{wrong}") from None


def _shown(option: Option, text: str) -> str:
    if option.secret:
        return ""
    if option.kind is Kind.URL:
        text = re.sub(r"//.*@", "//…@", text)
    return "" if option.name == "key_bindings" else f"{quoted(text)}: "


def _read(option: Option, text: str) -> Value:
    match option.kind:
        case Kind.TEXT | Kind.PATH:
            return _secret(text) if option.secret else text
        case Kind.URL:
            return parse_address(_unquoted(text)).url
        case Kind.CHOICE:
            return _choice(option, text)
        case Kind.ON_OFF:
            return _on_off(text)
        case Kind.COUNT:
            return _whole(text, least=1)
        case Kind.WHOLE:
            return _whole(text, least=0)
        case Kind.SECONDS:
            return _amount(text, "a number of seconds, 0 for no limit")
        case Kind.DOLLARS:
            return _amount(text, "an amount in dollars, more than 0", positive=True)
        case Kind.TEXTS | Kind.TABLE | Kind.HEADERS | Kind.PRICES:
            return _COLLECTIONS[option.kind](option, text)
        case Kind.LIST | Kind.SWITCH | Kind.PAIR:
            raise AssertionError(f"{option.name} is not a setting")
        case _:
            assert_never(option.kind)


def _choice(option: Option, text: str) -> str:
    if text not in option.choices:
        raise ValueError(f"give one of {', '.join(option.choices)}")
    return text


def _on_off(text: str) -> bool:
    if text.lower() not in _ON | _OFF:
        raise ValueError("give on or off (1, true, yes; 0, false, no)")
    return text.lower() in _ON


def _whole(text: str, *, least: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise ValueError(f"give a whole number, {least} or more")
    return int(text)


def _amount(text: str, wanted: str, *, positive: bool = False) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount) or amount < 0 or (positive and amount == 0):
        raise ValueError(f"give {wanted}")
    return amount


_QUOTES = ('""', "''", "``", "“”", "‘’")


def _unquoted(text: str) -> str:
    """Without the quotes that env files of other programs keep."""
    is_quoted = len(text) > 1 and text[0] + text[-1] in _QUOTES
    return text[1:-1].strip() if is_quoted else text


def _secret(text: str) -> str:
    text = _unquoted(text)
    if not _HEADER_VALUE.fullmatch(text) or " " in text:
        raise ValueError("the key holds a blank or another invalid character; copy it again")
    return text


# What streamchat sends by itself has options of its own.
_OWN_PARAMETERS = frozenset(
    {"messages", "model", "max_tokens", "output_config", "stop_sequences", "stream", "system"}
    | {"thinking", "tools", "cache_control"}
)


def _texts(text: str) -> tuple[str, ...]:
    """A text, or several as a JSON list of texts."""
    try:
        found = json.loads(text) if text.startswith("[") else None
    except ValueError:
        found = None
    if isinstance(found, list) and all(isinstance(each, str) for each in found):
        return tuple(found)
    return (text,)


def _some_texts(option: Option, text: str) -> tuple[str, ...]:
    """Texts, or some of the choices, of which one text may hold several."""
    if not option.choices:
        return _texts(text)
    words = " ".join(_texts(text)).replace(",", " ").split()
    if any(word not in option.choices for word in words):
        raise ValueError(f"give some of {', '.join(option.choices)}")
    return tuple(words)


_LOCATION = frozenset({"city", "region", "country", "timezone"})


def _table(option: Option, text: str) -> Table:
    """`text` is the TOML table as JSON."""
    match option.name:
        case "web_location":
            return _location(text)
        case "key_bindings":
            from streamchat.core.keymap import read_bindings  # for those who bind keys

            return read_bindings(json.loads(text))
        case "aliases":
            return _aliases(text)
        case _:
            return _request_table(text)


def _aliases(text: str) -> Table:
    table = json.loads(text)
    if not all(isinstance(model, str) and model.strip() for model in table.values()):
        raise ValueError('write NAME = "ID of a model"')
    return tuple(table.items())


def _location(text: str) -> Table:
    table = json.loads(text)
    for name, value in table.items():
        if name not in _LOCATION or not isinstance(value, str):
            raise ValueError(f"give {', '.join(sorted(_LOCATION))} as texts")
    return tuple(table.items())


def _request_table(text: str) -> tuple[tuple[str, object], ...]:
    """`text` is the TOML table as JSON."""
    table = json.loads(text)
    for name in table:
        if name in _OWN_PARAMETERS:
            raise ValueError(f"{name} has an option or a key of its own")
    return tuple(table.items())


def _prices(_: Option, text: str) -> tuple[tuple[str, Rates], ...]:
    """`text` is the TOML table as JSON."""
    found = []
    for model, table in json.loads(text).items():
        try:
            found.append((model, read_rates(table)))
        except ValueError as wrong:
            raise ValueError(f"{quoted(model)}: {wrong}") from None
    return tuple(found)


def _headers(_: Option, text: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for line in text.split("\n"):  # not at CR and the like, which a header may not hold
        if not line.strip(" \t"):
            continue
        name, colon, value = (part.strip(" \t") for part in line.partition(":"))
        if not colon or not _HEADER_NAME.fullmatch(name):
            raise ValueError("give headers as Name: value")
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the value of the header {name} cannot be sent")
        pairs.append((name, value))
    return tuple(pairs)


_COLLECTIONS: Mapping[Kind, Callable[[Option, str], Value]] = {
    Kind.TEXTS: _some_texts,
    Kind.TABLE: _table,
    Kind.HEADERS: _headers,
    Kind.PRICES: _prices,
}
