"""The profiles of config.toml, to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from streamchat.config.files import parse_toml, read_text
from streamchat.config.paths import Paths
from streamchat.core.settings import parse_address


def read_profiles(paths: Paths) -> dict[str, Mapping[str, object]]:
    """The sections by name, in the order of the file. Raises ConfigError."""
    file = read_text(paths.config_file)
    profiles = parse_toml(file).get("profiles") if file else None
    sections = profiles.items() if isinstance(profiles, dict) else ()
    return {name: section for name, section in sections if isinstance(section, dict)}


def local_profiles(paths: Paths) -> dict[str, str]:
    """The base URLs on this machine by the profiles that name them. Raises ConfigError."""
    found: dict[str, str] = {}
    for name, section in read_profiles(paths).items():
        url = section.get("base_url")
        with suppress(ValueError):
            if isinstance(url, str) and parse_address(url).is_loopback:
                found[name] = parse_address(url).url
    return found
