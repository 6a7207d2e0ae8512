"""Turns the content of a source (variables, config.toml keys) into a layer of settings.

Owns which names are read from which source. An ignored name is reported in a note, with the
nearest known name. It is never an error, because files outlive versions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from streamchat.core.errors import ConfigError
from streamchat.core.formatting import quoted
from streamchat.core.options import KEYS, SETTINGS, VARIABLES
from streamchat.core.options.rows import Kind, Option, Reach
from streamchat.core.settings.values import FILES_OF_OTHERS, Layer, RawValue, SettingSource

# Variables that a file in a repository could use to redirect requests; a note says that
# they are ignored.
_STEERING = re.compile(
    r"(?i)(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE"
    r"|NODE_EXTRA_CA_CERTS|ANTHROPIC_.*"
)
_SECTIONS = frozenset({"aliases", "headers", "prices", "request", "web_location"})
_SECRET_KEYS = frozenset({"api_key", "auth_token"})


def from_variables(
    source: SettingSource, variables: Mapping[str, str], place: str = ""
) -> Layer:
    """The layer of the process's environment, or of an env file."""
    taken = {name: text for name, text in variables.items() if is_taken(source, name)}
    values = {
        option.name: found
        for option in SETTINGS
        if (found := _first(taken, option.variables)) is not None
    }
    notes = tuple(
        note
        for name in variables
        if name not in taken
        for note in _ignored(source, name, place)
    )
    return Layer(source, values, place, notes=notes)


def is_taken(source: SettingSource, name: str) -> bool:
    option = VARIABLES.get(name)
    if option is None:
        return False
    match option.reach:
        case Reach.ENVIRONMENT:
            return source is SettingSource.ENVIRONMENT
        case Reach.USER:
            return source not in FILES_OF_OTHERS
        case Reach.ANYWHERE | Reach.TIGHTER:
            return True


def _first(variables: Mapping[str, str], names: Iterable[str]) -> RawValue | None:
    for name in names:
        if text := variables.get(name, "").strip():
            return RawValue(text, name)
    return None


def _ignored(source: SettingSource, name: str, place: str) -> Iterable[str]:
    where = f" in {place}" if place else ""
    if name in VARIABLES:
        yield f"{name}{where} is ignored: it may not be set there"
    elif name.startswith("STREAMCHAT_"):
        yield f"unknown variable {quoted(name)}{where}{did_you_mean(name, VARIABLES)}"
    elif source is not SettingSource.ENVIRONMENT and _STEERING.fullmatch(name):
        yield f"{name}{where} is ignored: it may only be set in the environment"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'; did you mean X?', or "" when no known name is close."""
    import difflib  # 6 ms, spent only after a typing error

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def from_keys(table: Mapping[str, object], variables: Mapping[str, str], place: str) -> Layer:
    """The layer of config.toml with its profiles; variables that hold keys are looked up."""
    own = {name: value for name, value in table.items() if name != "profiles"}
    sections = table.get("profiles", {})
    if not isinstance(sections, dict):
        raise ConfigError(f"profiles in {place}: write sections such as [profiles.NAME]")
    profiles = {}
    for name, section in sections.items():
        if not isinstance(section, dict):
            raise ConfigError(f"profiles.{name} in {place}: write a section, [profiles.{name}]")
        profiles[name] = section_layer(section, variables, place, profile=name)
    layer = section_layer(own, variables, place)
    return replace(layer, profiles=profiles)


def section_layer(
    table: Mapping[str, object],
    variables: Mapping[str, str],
    place: str,
    *,
    profile: str = "",
) -> Layer:
    values: dict[str, RawValue] = {}
    notes = []
    where = f"profile {profile} in {place}" if profile else place
    for key, value in _without_mode(table).items():
        option = KEYS.get(key)
        if option is None or (profile and key == "profile"):
            notes.append(_unknown_key(key, where))
        elif option.name in _SECRET_KEYS:
            name = _text(option, key, value, where)
            if found := _first(variables, [name]):
                values[option.name] = RawValue(found.text, f"{name} ({key})")
            else:
                notes.append(f"{key} in {where}: the variable {quoted(name)} is not set")
        elif text := _text(option, key, value, where):
            values[option.name] = RawValue(text, key)
    return Layer(SettingSource.CONFIG, values, place, profile, notes=tuple(notes))


def _without_mode(table: Mapping[str, object]) -> Mapping[str, object]:
    """The section [keys] in its two parts: `mode` is the key `keys`, the rest binds keys."""
    section = table.get("keys")
    if not isinstance(section, dict):
        return table
    mode = {"keys": section["mode"]} if "mode" in section else {}
    bindings = {name: value for name, value in section.items() if name != "mode"}
    others = {name: value for name, value in table.items() if name != "keys"}
    return {**others, **mode, "[keys]": bindings}


def _unknown_key(key: str, where: str) -> str:
    if key in _SECRET_KEYS:
        return (
            f"{key} in {where} is ignored: config.toml holds no keys; set {key}_env to the"
            " name of the environment variable that holds it"
        )
    return f"unknown key {quoted(key)} in {where}{did_you_mean(key, KEYS)}"


def _text(option: Option, key: str, value: object, where: str) -> str:
    """A TOML value as the text that a variable would hold."""
    is_switch = option.name in {row.name for row in SETTINGS if isinstance(row.default, bool)}
    if isinstance(value, bool) and is_switch:
        return "on" if value else "off"
    if isinstance(value, bool) and {"on", "off"} <= {*option.choices}:
        return "on" if value else "off"
    if isinstance(value, str) and key not in _SECTIONS:
        return value.strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and key not in _SECTIONS:
        return str(value)
    if key == "headers" and isinstance(value, dict):
        return _header_lines(value, where)
    if option.kind is Kind.TABLE and isinstance(value, dict):
        return _json(value, key, where)
    if option.kind is Kind.TEXTS and isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            raise ConfigError(f"{key} in {where}: write a list of texts in quotes")
        return _json(value, key, where)
    if key == "prices" and isinstance(value, dict):
        return _price_sections(value, where)
    raise ConfigError(
        f"{key} in {where}: this type of value is not accepted ({option.kind.value})"
    )


def _price_sections(table: Mapping[str, object], where: str) -> str:
    if not all(isinstance(section, dict) for section in table.values()):
        raise ConfigError(f'prices in {where}: write sections, [prices."MODEL"]')
    return _json(table, "prices", where)


def _json(value: object, key: str, where: str) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:  # a date, a time, an infinite number
        raise ConfigError(f"{key} in {where}: JSON cannot hold this value: {error}") from error


def _header_lines(table: Mapping[str, object], where: str) -> str:
    for name, value in table.items():
        if not isinstance(value, str) or ":" in name or not (name + value).isprintable():
            raise ConfigError(f'headers in {where}: write each as Name = "value", on one line')
    return "\n".join(f"{name}: {value}" for name, value in table.items())
