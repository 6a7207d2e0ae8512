"""The layer of the role that was chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from streamchat.config.templates import Templates
from streamchat.core.settings import Layer
from streamchat.core.settings.roles import from_role
from streamchat.core.templates import Template, TemplateKind


def role_layer(chooser: Layer, templates: Templates) -> Layer:
    """It counts directly under the layer that chose it. Raises NotFound, ConfigError."""
    name = chooser.given["role"].text
    template = templates.read(TemplateKind.ROLE, name)
    place = Path(templates.path(TemplateKind.ROLE, name))
    return from_role(_beside(place, template), chooser.source, place=str(place))


def _beside(place: Path, template: Template) -> Template:
    """The role with its attachments found beside its file."""
    attach = template.settings.get("attach")
    names = [attach] if isinstance(attach, str) else attach
    if not isinstance(names, list):
        return template
    found = [str(place.parent / Path(str(name)).expanduser()) for name in names]
    return replace(template, settings={**template.settings, "attach": found})
