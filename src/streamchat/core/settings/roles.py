"""A role or a prompt file as a layer of settings. Imported only where there is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from streamchat.core.errors import ConfigError
from streamchat.core.settings.layers import section_layer
from streamchat.core.settings.values import Layer, RawValue, SettingSource
from streamchat.core.templates import SETTING_KEYS, Template, TemplateKind, still_missing


def from_role(
    template: Template,
    source: SettingSource,
    *,
    place: str,
    values: Mapping[str, str] = MappingProxyType({}),
) -> Layer:
    """The layer of a role: its text, filled, as the system prompt, its front matter as
    settings. Raises ConfigError."""
    layer = from_front_matter(template, TemplateKind.ROLE, source, place=place)
    if missing := still_missing(template, values):
        raise ConfigError(
            f"{place} needs {missing[0]}: give it a default, {{{{{missing[0]}|…}}}}, or take"
            f" the role in a chat, with /role {template.name}"
        )
    raw = dict(layer.values)
    if text := template.fill(values):
        raw["system"] = RawValue(text, "the text")
    return Layer(source, raw, place, joins=True, notes=layer.notes)


def from_front_matter(
    template: Template, kind: TemplateKind, source: SettingSource, *, place: str
) -> Layer:
    """The layer of the front matter alone. Raises ConfigError."""
    table = {
        key: _plain(key, value)
        for key, value in template.settings.items()
        if key in SETTING_KEYS and value is not None
    }
    ignored = [key for key in template.settings if key not in SETTING_KEYS]
    if "temperature" in table:
        table["request"] = {"temperature": _number(table.pop("temperature"), place)}
    layer = section_layer(table, {}, place)
    notes = (f"{key} in {place} is ignored: a {kind.noun} cannot set it" for key in ignored)
    return Layer(source, layer.values, place, notes=(*template.notes, *notes, *layer.notes))


def _plain(key: str, value: object) -> object:
    """The value as config.toml would hold it: `off` is False in YAML, and a schema may be
    written as YAML too."""
    if key == "thinking" and value is False:
        return "off"
    return json.dumps(value) if key == "schema" and isinstance(value, Mapping) else value


def _number(value: object, place: str) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"temperature in {place}: give a number")
    return value
