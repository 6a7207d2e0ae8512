"""The arguments of commands: counts, choices, words, dollars, references.

Every argument is read here, so a handler gets a value it can use. Whatever was typed or
pasted, the only error is UsageError: one line, with a short quotation.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted

LONGEST_REFERENCE = 4096  # characters: no path and no title is longer
_MOST_DIGITS = 9  # int() raises for thousands of digits
_LARGEST_CAP_USD = 1e9


def require_sound(name: str, argument: str, *, takes_one: bool) -> None:
    """Refuse what the command of that name, or alias, does not take: a NUL, or any argument."""
    if "\0" in argument:
        raise UsageError(f"/{name}: an argument cannot contain a NUL character.")
    if argument and not takes_one:
        raise UsageError(f"/{name} takes no argument: {quoted(argument)}.")


def parse_count(argument: str, *, default: int) -> int:
    """A whole number, 1 or more; a huge one becomes the largest that matters."""
    if not argument:
        return default
    if not (argument.isascii() and argument.isdecimal() and argument.strip("0")):
        raise UsageError(f"Give a whole number, 1 or more, not {quoted(argument)}.")
    digits = argument.lstrip("0")
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def parse_choice(argument: str, choices: Sequence[str]) -> str:
    """One of `choices`."""
    if argument not in choices:
        raise UsageError(f"Give one of {', '.join(choices)}, not {quoted(argument)}.")
    return argument


def parse_word(argument: str, what: str) -> str:
    """One word, such as a model's ID."""
    if len(argument.split()) > 1:
        raise UsageError(f"Give one {what}, not {quoted(argument)}.")
    return argument


def parse_words(argument: str) -> list[str]:
    """Words, split as a shell does: quotes keep blanks together."""
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise UsageError(f"{quoted(argument)}: {str(error).lower()}.") from error


def parse_reference(argument: str) -> str:
    """A path, a URL, an id or a title."""
    if len(argument) > LONGEST_REFERENCE:
        raise UsageError(f"{quoted(argument)} is too long for a name.")
    return argument


def parse_dollars(argument: str) -> float:
    """An amount, with or without a dollar sign."""
    try:
        usd = float(argument.removeprefix("$"))
    except ValueError:
        usd = 0.0
    if not 0 < usd < _LARGEST_CAP_USD:  # False for NaN too
        raise UsageError(f"Give a cap in dollars, or off, not {quoted(argument)}.")
    return usd
