"""Finds the lexer for the name of a language.

Owns the lookup. Only this module imports pygments' lexer modules, each when it is needed (1
to 30 ms; `preload` spends that in idle time). pygments' own lookup would
scan the installed packages for plugins at every unknown name (50 ms).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_SYNONYMS = {
    "c#": "csharp",
    "f#": "fsharp",
    "golang": "go",
    "jsonc": "json",
    "json5": "json",
    "ndjson": "json",
    "plaintext": "text",
    "py3": "python",
    "shellscript": "bash",
    "yml": "yaml",
}
_PLAIN = frozenset({"", "text", "plain", "txt", "output"})
_WORD = re.compile(r"[^\s{},:]+")
COMMON = ("python", "javascript", "typescript", "bash", "json", "html", "sql", "rust", "go")


def parse_language(info: str | None) -> str:
    """The first word of a fence's info string, also of `{.python}` and `py:main.py`."""
    match = _WORD.search((info or "").lower())
    name = match[0].lstrip(".") if match else ""
    return _SYNONYMS.get(name, name)


def lexer_for(language: str) -> Lexer | None:
    """None if the code is shown plain. Lexers keep no state between texts."""
    if language in _PLAIN:
        return None
    place = _places().get(language)
    return _loaded(*place, starts_inside=language == "php") if place is not None else None


def preload_lexers(languages: Iterable[str] = COMMON) -> None:
    """Import these lexers and compile their tables, before a frame has to."""
    for language in languages:
        lexer_for(parse_language(language))


@lru_cache(1)
def _places() -> Mapping[str, tuple[str, str]]:
    """Module and class by alias."""
    from pygments.lexers import LEXERS  # 6 ms

    return {
        alias: (module, class_name)
        for class_name, (module, _, aliases, _, _) in LEXERS.items()
        for alias in aliases
    }


@lru_cache(64)
def _loaded(module: str, class_name: str, *, starts_inside: bool) -> Lexer:
    lexer_class: type[Lexer] = getattr(import_module(module), class_name)
    # PHP in answers usually leaves out the opening tag.
    lexer = lexer_class(startinline=True) if starts_inside else lexer_class()
    list(lexer.get_tokens("x"))  # some load further lexers, which takes too long for one line
    return lexer
