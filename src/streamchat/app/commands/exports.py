"""/export: the conversation for other programs and other people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from streamchat.app.commands.arguments import parse_count, parse_words
from streamchat.app.commands.registry import Done, Outcome, ShowReport, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted

FORMS = ("md", "html", "json")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed after /export."""

    form: str = "md"
    path: str = ""
    replies: int | None = None
    replace: bool = False


@command("/export [md|html|json] [PATH|-] [N]")
def export(session: Session, argument: str) -> Outcome:
    """Write the conversation, or its last N answers with their questions, to a file
    named after it or to PATH; - shows it. A ! at the end writes over a file."""
    wish = parse_wish(argument)
    if not session.conversation.path:
        raise UsageError("Nothing has been said yet.")
    if wish.path == "-":
        text = session.exporter.text(session.conversation, wish.form, replies=wish.replies)
        return ShowReport(_shown(text, wish.form))
    place = session.exporter.save(
        session.conversation,
        wish.form,
        path=wish.path,
        replies=wish.replies,
        replace=wish.replace,
    )
    return Done(f"Exported to {place}")


def parse_wish(argument: str) -> Wish:
    """The words in any order: a form, a number, a path; the form may be the path's end.

    Raises UsageError.
    """
    form = path = count = ""
    words = parse_words(argument)
    replace = any(word.endswith("!") for word in words)
    for word in filter(None, (word.removesuffix("!") for word in words)):
        if word in FORMS and not form:
            form = word
        elif word.isdecimal() and word.isascii() and not count:
            count = word
        elif not path:
            path = word
        else:
            raise UsageError(f"/export takes one path; quote {quoted(f'{path} {word}')}.")
    ending = PurePath(path).suffix.removeprefix(".")
    form = form or (ending if ending in FORMS else "md")
    return Wish(form, path, parse_count(count, default=1) if count else None, replace)


def _shown(text: str, form: str) -> str:
    """Its source, as a code block."""
    fence = "`" * max(3, _ticks(text) + 1)
    return f"{fence}{'markdown' if form == 'md' else form}\n{text.rstrip()}\n{fence}\n"


def _ticks(text: str) -> int:
    """The longest run of backticks that begins a line."""
    starts = (line.lstrip() for line in text.splitlines())
    return max((len(s) - len(s.lstrip("`")) for s in starts), default=0)
