"""The question about ./.env: may this file set these?

Rules: every row is printable and fits the window, whatever the file holds; what redirects,
spends or reveals stands last, next to the question, and is marked; only a typed yes allows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from streamchat.cli.environment import Environment
from streamchat.config import AskedSetting, Question, Verdict
from streamchat.core.sanitize import clean_line
from streamchat.posix.terminals import measure_width

_ANSWERS = {
    "y": Verdict.ALLOWED,
    "yes": Verdict.ALLOWED,
    "n": Verdict.DENIED,
    "no": Verdict.DENIED,
}
_LEAST_VALUE = 24  # cells: a shorter one could hide the end of a host


def ask_user(question: Question, env: Environment) -> Verdict:
    """Ask on the terminal. After Enter alone, the question comes again next time."""
    env.stderr.write(format_question(question, width=measure_width(env.stderr)))
    env.stderr.flush()
    return _ANSWERS.get(env.stdin.readline().strip().lower(), Verdict.UNDECIDED)


def format_question(question: Question, *, width: int) -> str:
    """The rows, and the question at their end."""
    about = f" (owner: {question.owner}) sets for streamchat:"
    path = _cut_start(clean_line(str(question.path)), width - 1 - len(about))
    rows = [_cut(path + about, width - 1)]
    rows += [_row(each, width - 1) for each in question.settings]
    asked = "Use this file, as long as it stays as it is? [y/N] "
    return "\n".join([*rows, asked])


def _row(asked: AskedSetting, width: int) -> str:
    head = f"{'!' if asked.risk else ' '} {asked.name} = "
    tail = f"  ({asked.risk})" if asked.risk else ""
    space = width - len(head) - len(tail)
    if space < min(_LEAST_VALUE, _width_of(asked.value)):
        space, tail = width - len(head), ""
    return _cut(f"{head}{_cut(asked.value, space)}{tail}", width)


def _cut(text: str, cells: int) -> str:
    """The start of a text, at most that wide."""
    kept = ""
    for character, end in zip(text, _ends(text), strict=True):
        if end > cells - 1 and len(kept) + 1 < len(text):
            return f"{kept}…"
        kept += character
    return kept


def _cut_start(text: str, cells: int) -> str:
    """The end of a text, at most that wide."""
    return _cut(text[::-1], max(cells, 1))[::-1]


def _width_of(text: str) -> int:
    return max(_ends(text), default=0)


def _ends(text: str) -> Iterator[int]:
    """The cell after each character; never too few."""
    cells = 0
    for character in text:
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        yield cells
