"""The models of a run with the demo. Settings for another server may name models that the demo
does not have; it then uses its own default."""

from __future__ import annotations

from dataclasses import replace

from streamchat.core.options import DEFAULT_MODEL
from streamchat.core.settings import Origin, Settings, SettingSource
from streamchat.core.settings.values import DEFAULT


def with_demo_models(settings: Settings) -> Settings:
    """The settings without models that the demo lacks, except those of the command line."""
    origins = dict(settings.origins)
    fallback = settings.fallback
    model = settings.model
    if _is_of_a_file(origins["model"]) and not _knows(model):
        model, origins["model"] = DEFAULT_MODEL, DEFAULT
    if _is_of_a_file(origins["fallback"]):
        fallback = tuple(filter(_knows, fallback))
    return replace(settings, model=model, fallback=fallback, origins=origins)


def _is_of_a_file(origin: Origin) -> bool:
    """Whether a file or a variable says so, and no flag does. A flag may choose a file."""
    by_flag = origin.source is SettingSource.FLAG and not origin.place
    return not by_flag and origin.source is not SettingSource.DEFAULT


def _knows(model: str) -> bool:
    from streamchat.demo import models  # json: only where a model is set

    return any(model in (each.id, each.alias) for each in models.catalogue())
