"""The layers of the chosen role and of a prompt file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from streamchat.core.attachment_blocks import names_address
from streamchat.core.errors import ConfigError
from streamchat.core.settings import Layer, SettingSource
from streamchat.core.settings.roles import from_front_matter, from_role
from streamchat.core.templates import (
    CLIPBOARD,
    Template,
    TemplateFiles,
    TemplateKind,
    give_stdin,
)


def role_layer(
    name: str,
    source: SettingSource,
    templates: TemplateFiles,
    environ: Mapping[str, str],
    given: Mapping[str, str] = MappingProxyType({}),
) -> Layer:
    """The layer of a role, directly below the layer that chose it; `given` are values of its
    placeholders. The clipboard is read for a role that names it. Raises NotFound,
    ConfigError."""
    template = templates.read(TemplateKind.ROLE, name)
    place = Path(templates.path(TemplateKind.ROLE, name))
    values = dict(given)
    give_stdin(template, values, "")
    if template.uses(CLIPBOARD) and CLIPBOARD not in values:
        from streamchat.posix.clipboard import read_clipboard  # subprocess: 6 ms

        text = read_clipboard(environ)
        if text is None and CLIPBOARD in template.missing:
            raise ConfigError(f"{place}: the clipboard holds no text, or cannot be read here")
        if text is not None:
            values[CLIPBOARD] = text
    return from_role(_beside(place, template), source, place=str(place), values=values)


def prompt_layer(template: Template, templates: TemplateFiles) -> Layer:
    """The front matter of a prompt file. Raises ConfigError."""
    place = Path(templates.path(TemplateKind.PROMPT, template.name))
    beside, kind = _beside(place, template), TemplateKind.PROMPT
    return from_front_matter(beside, kind, SettingSource.FLAG, place=str(place))


def _beside(place: Path, template: Template) -> Template:
    """The template, with the files that it names looked up beside it."""
    settings = dict(template.settings)
    attach, schema = settings.get("attach"), settings.get("schema")
    names = [attach] if isinstance(attach, str) else attach
    if isinstance(names, list):
        settings["attach"] = [_found(place, str(name)) for name in names]
    if isinstance(schema, str) and _is_file(place.parent / schema):
        settings["schema"] = str(place.parent / schema)
    return replace(template, settings=settings)


def _found(place: Path, name: str) -> str:
    if names_address(name) or name.startswith("file:"):
        return name
    return shlex.quote(name if name.startswith("~") else str(place.parent / name))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # JSON text, too long for a name
        return False
