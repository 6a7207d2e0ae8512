"""prompt_toolkit's own key bindings, built once.

All prompts have the same, and building them takes longer than most tests of a prompt.
"""

from __future__ import annotations

from functools import cache

from prompt_toolkit.application import application

_LOADER = "load_key_bindings"


def share_bindings() -> None:
    """A release that loads them in another way costs only time."""
    loader = getattr(application, _LOADER, None)
    if loader is not None and not hasattr(loader, "cache_info"):
        setattr(application, _LOADER, cache(loader))
