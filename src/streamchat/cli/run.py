"""One run of the program, and the checks that need nothing to be open.

Everything here is needed before the first prompt is on the screen: no import of it may load
more than the settings do.
"""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.app.stderr_notes import Notes
from streamchat.cli.environment import Environment
from streamchat.cli.invocation import Invocation
from streamchat.config.paths import Paths
from streamchat.core.errors import ConfigError, UsageError
from streamchat.core.settings import (
    Settings,
    SettingSource,
    endpoint,
    needs_commanded_key,
)
from streamchat.core.theme import THEMES, Appearance


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program: the command line, its settings and its world."""

    env: Environment
    invocation: Invocation
    settings: Settings
    paths: Paths
    notes: Notes
    remarks: tuple[str, ...] = ()  # for the banner


def has_surely_no_key(run: Run) -> bool:
    """Whether no key was given and the SDK cannot find one either. Decided without the
    SDK, which takes 0.2 s to load."""
    end = endpoint(run.settings)
    elsewhere = run.env.home / ".config" / "anthropic"
    return (
        end.credential is None
        and not needs_commanded_key(run.settings)
        and end.sdk_may_search
        and not end.headers
        and not any(name.startswith("ANTHROPIC_") for name in run.env.environ)
        and not elsewhere.exists()
    )


def require_key(run: Run) -> None:
    """Raises NoPermission if there is certainly no key."""
    if not run.settings.demo and has_surely_no_key(run):
        from streamchat.api.server import no_credentials

        raise no_credentials()


def read_appearance(settings: Settings) -> Appearance:
    """The appearance of answers."""
    return Appearance(settings.theme, settings.background, settings.prose_width)


def require_theme(settings: Settings) -> None:
    """Raises UsageError or ConfigError for an unknown theme. Loads pygments only for a name
    that is not one of ours."""
    if settings.theme in THEMES:
        return
    from streamchat.render.code.token_styles import is_code_style, nearest_style

    if is_code_style(settings.theme):
        return
    near = nearest_style(settings.theme)
    hint = f"; did you mean {near}?" if near else "."
    origin = settings.origins["theme"]
    by_flag = origin.source is SettingSource.FLAG
    raise (UsageError if by_flag else ConfigError)(
        f"There is no theme {settings.theme!r}{hint} The themes are {', '.join(THEMES)} and"
        f" the names of pygments styles{'' if by_flag else f' ({origin})'}."
    )
