"""TeX in prose."""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

_LENGTH_MAX = 1000  # of a formula in a line, so that stray dollars stay linear
_FORMULA = re.compile(
    rf"\$\$(?!\$)[^$]{{1,{_LENGTH_MAX}}}\$\$"
    rf"|\$(?![\s$])(?:\\.|[^\\$]){{0,{_LENGTH_MAX}}}(?<!\s)\$(?!\d)"
    rf"|\\\(.{{1,{_LENGTH_MAX}}}?\\\)"
    rf"|\\\[.{{1,{_LENGTH_MAX}}}?\\\]",
    re.DOTALL,
)


def find_math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it's rule)
    """markdown-it's inline rule for `$…$` (pandoc's conditions), `\\(…\\)` and display math."""
    if state.src[state.pos] not in "$\\":
        return False
    match = _FORMULA.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("math", "", 0).content = match[0]
    state.pos = match.end()
    return True


def math_text(source: str) -> str | None:
    return None
