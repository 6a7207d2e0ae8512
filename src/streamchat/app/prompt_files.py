"""A prompt file becomes a message: its placeholders are filled, what is missing is asked."""

from __future__ import annotations

from collections.abc import Callable

from streamchat.core.errors import UsageError
from streamchat.core.input_line import plain_text
from streamchat.core.ports import Reader, Typed
from streamchat.core.templates import (
    CLIPBOARD,
    Template,
    assign_words,
    give_stdin,
    still_missing,
)


def fill_prompt(
    template: Template,
    words: tuple[str, ...],
    *,
    stdin: str,
    read_clipboard: Callable[[], str | None],
) -> tuple[str, dict[str, str]]:
    """The known values, and the words that are left over. Raises UsageError when the
    clipboard is asked for and cannot be read."""
    values, rest = assign_words(template, words)
    give_stdin(template, values, stdin)
    if template.uses(CLIPBOARD) and CLIPBOARD not in values:
        text = read_clipboard()
        if text is not None:
            values[CLIPBOARD] = text
        elif CLIPBOARD in template.missing:
            raise UsageError("The clipboard cannot be read here: no program for it was found.")
    return rest, values


def join_prompt(template: Template, values: dict[str, str], rest: str) -> str:
    """The message. Raises UsageError that names what is missing."""
    if missing := still_missing(template, values):
        need = " ".join(f"{name}=…" for name in missing)
        raise UsageError(f"The prompt {template.name} needs {need}")
    text = template.fill(values)
    return f"{text}\n\n{rest}" if rest else text


async def ask_missing(
    template: Template, values: dict[str, str], reader: Reader
) -> dict[str, str] | None:
    """The values with what the user typed for those that are missing; None when they left."""
    for name in still_missing(template, values):
        typed = await reader.read(hint=f"{template.name} needs {name}")
        if not isinstance(typed, Typed):
            return None
        values = {**values, name: plain_text(typed.text)}
    return values
