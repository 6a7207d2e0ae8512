"""What the lists of /theme and /profile show."""

from __future__ import annotations

from collections.abc import Mapping

from streamchat.config.paths import Paths
from streamchat.config.profiles import read_profiles
from streamchat.core.options import DEFAULT_URL

_THEMES = {
    "auto": "as the terminal reports it",
    "dark": "for a dark background",
    "light": "for a light background",
    "mono": "without colours",
}


def theme_choices() -> list[tuple[str, str]]:
    """Our themes, then the styles of pygments, which are for code."""
    from streamchat.render.code.token_styles import list_code_styles  # pygments: 20 ms

    own = [(name, f"{name:6}{about}") for name, about in _THEMES.items()]
    return [*own, *((name, f"{name}, for code") for name in list_code_styles())]


def profile_choices(paths: Paths) -> list[tuple[str, str]]:
    """The profiles of config.toml, each with its server and its model. Raises ConfigError."""
    sections = read_profiles(paths)
    width = max(map(len, sections), default=0)
    return [(name, f"{name:{width}}  {_about(each)}") for name, each in sections.items()]


def _about(section: Mapping[str, object]) -> str:
    server = section.get("platform") or section.get("base_url") or DEFAULT_URL
    return f"{server}  {section.get('model') or ''}".rstrip()
