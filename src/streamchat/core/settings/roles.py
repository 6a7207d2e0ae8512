"""A role as a layer of settings. Imported only where a role was chosen."""

from __future__ import annotations

from streamchat.core.errors import ConfigError
from streamchat.core.settings.layers import section_layer
from streamchat.core.settings.values import Given, Layer, SettingSource
from streamchat.core.templates import ROLE_KEYS, Template


def from_role(template: Template, source: SettingSource, *, place: str) -> Layer:
    """The layer of a role: its text as the system prompt, its front matter as settings.
    Raises ConfigError."""
    table = {key: value for key, value in template.settings.items() if key in ROLE_KEYS}
    ignored = [key for key in template.settings if key not in ROLE_KEYS]
    if "temperature" in table:
        table["request"] = {"temperature": table.pop("temperature")}
    layer = section_layer(table, {}, place)
    if template.missing:
        raise ConfigError(
            f"{place}: a role gives each placeholder a default: {{{{{template.missing[0]}|…}}}}"
        )
    given = dict(layer.given)
    if text := template.fill({}):
        given["system"] = Given(text, "the text")
    notes = (f"{key} in {place} is ignored: a role cannot set it" for key in ignored)
    return Layer(source, given, place, notes=(*template.notes, *notes, *layer.notes))
