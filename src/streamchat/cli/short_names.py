"""The short names of models, for the server of a run. Asks no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamchat.cli.environment import Environment
from streamchat.config.paths import Paths
from streamchat.core.model_names import FAMILIES, ModelNames
from streamchat.core.settings import Settings, endpoint


def build_model_names(settings: Settings, paths: Paths, env: Environment) -> ModelNames:
    """The short names of models at the server of the settings."""

    def listed() -> Sequence[str]:
        from streamchat.models.cache import ModelCache  # only a family needs it

        url = endpoint(settings).address.url
        models = ModelCache(paths.cache_dir, url, env.clock).read_list()
        return [str(each.get("id")) for each in models if each.get("lifecycle") != "retired"]

    is_default = not settings.platform and endpoint(settings).address.is_default
    return ModelNames(
        dict(settings.aliases),
        (lambda: ()) if settings.demo or settings.platform else listed,
        has_families=settings.demo or is_default,
    )


def with_model_ids(settings: Settings, paths: Paths, env: Environment) -> Settings:
    """The settings with the ids that short names stand for."""
    short = {*FAMILIES, *dict(settings.aliases)}
    if not short & {settings.model, *settings.fallback}:
        return settings
    names = build_model_names(settings, paths, env)
    fallback = tuple(map(names, settings.fallback))
    return replace(settings, model=names(settings.model), fallback=fallback)
