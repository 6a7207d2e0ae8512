"""TeX formulas as Unicode where that says the same, as their source where not.

Owns which formulas are found in prose and which are rewritten. pylatexenc knows the
symbols; structure (fractions, matrices, scripts that Unicode lacks) has no line form,
and one macro that is not known leaves the whole formula as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from streamchat.core.markdown.scripts import subscript, superscript

_LENGTH_MAX = 1000  # of a formula in a line, so that stray dollars stay linear
_NESTING_MAX = 60
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}|[_^][A-Za-z]{2,}")
_UPRIGHT = re.compile(r"\\(?:text|mathrm|operatorname|textrm)\{([^{}\\$]*)\}")

_SPACES = {"\\,": " ", "\\;": " ", "\\:": " ", "\\ ": " ", "\\!": "", "~": " "}
_ESCAPED = {f"\\{character}": character for character in "{}%$_&#"} | {"\\|": "‖"}
# Names that pylatexenc lacks, by one that it has; and those set as words.
_SYNONYMS = {
    "ne": "neq",
    "gets": "leftarrow",
    "implies": "Longrightarrow",
    "iff": "Longleftrightarrow",
    "land": "wedge",
    "lor": "vee",
}
_NAMED = {"neg": "¬", "lnot": "¬"} | {
    name: name for name in ("arg", "deg", "det", "gcd", "lcm", "mod", "Pr", "Re", "Im")
}


class _StructureError(ValueError):
    """This formula has no line form."""


@lru_cache(256)
def math_text(source: str) -> str | None:
    """The formula (given with its delimiters) in Unicode, or None to show the source."""
    if len(source) > _LENGTH_MAX or sum(map(source.count, "\0{^_")) > _NESTING_MAX:
        return None
    size = 2 if source.startswith(("$$", "\\")) else 1
    body = source[size:-size].strip()
    if not body or _may_be_money(source, body) or _WORD.search(_UPRIGHT.sub("", body)):
        return None
    try:
        return " ".join(_converted(_tokens(body)).split())
    except _StructureError:
        return None


def _may_be_money(source: str, body: str) -> bool:
    """`$5-10 a$` is no formula: single dollars need a letter by itself, or TeX."""
    if source.startswith(("$$", "\\")) or re.search(r"[\\^_]", body):
        return False
    return re.search(r"[A-Za-z]{2}", body) is not None or not re.search(r"[A-Za-z]", body)


def _tokens(body: str) -> Iterator[str]:
    """Macros, characters, blanks; upright words as one token marked by a NUL."""
    done = 0
    for match in _UPRIGHT.finditer(body):
        yield from _TOKEN.findall(body[done : match.start()])
        yield f"\0{match[1]}"
        done = match.end()
    yield from _TOKEN.findall(body[done:])


def _converted(tokens: Iterator[str], *, until: str = "") -> str:
    shown: list[str] = []
    for token in tokens:
        if token == until:
            return "".join(shown)
        shown.append(_atom(token, tokens))
    if until:
        raise _StructureError(until)
    return "".join(shown)


def _atom(token: str, tokens: Iterator[str]) -> str:
    if token.startswith("\0"):
        return token[1:]
    if token.startswith("\\") or token == "~":
        return _macro(token, tokens)
    if token in ("^", "_"):
        return _script(superscript if token == "^" else subscript, tokens)
    if token == "{":
        return _converted(tokens, until="}")
    if token in ("}", "&", "%"):
        raise _StructureError(token)
    return " " if token.isspace() else token


def _script(shift: Callable[[str], str | None], tokens: Iterator[str]) -> str:
    token = next(tokens, "}")
    text = _atom(token, tokens).replace(" ", "")
    shifted = shift(text)
    if not shifted:
        raise _StructureError(text)
    return shifted


def _macro(token: str, tokens: Iterator[str]) -> str:
    if token in _SPACES:
        return _SPACES[token]
    if token in _ESCAPED:
        return _ESCAPED[token]
    name = token[1:]
    if not name.isalpha():
        raise _StructureError(name)
    if name in ("left", "right"):
        return ""  # the delimiter itself follows
    if name in ("mathbb", "mathcal", "mathfrak"):
        return _lettered(name, tokens)
    return _NAMED.get(name) or _symbol(_SYNONYMS.get(name, name))


def _lettered(name: str, tokens: Iterator[str]) -> str:
    from pylatexenc.latex2text import LatexNodes2Text

    letter = _atom(next(tokens, "}"), tokens)
    if len(letter) != 1 or not letter.isalpha():
        raise _StructureError(letter)
    return str(LatexNodes2Text().latex_to_text(f"\\{name}{{{letter}}}"))


def _symbol(name: str) -> str:
    text = getattr(_symbols().get_macro_spec(name), "simplify_repl", None)
    if not isinstance(text, str) or not text or "%" in text:
        raise _StructureError(name)
    return text


@lru_cache(1)
def _symbols() -> Any:
    from pylatexenc.latex2text import get_default_latex_context_db  # 19 ms

    return get_default_latex_context_db()
