"""/export: write the conversation for other people and other programs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from streamchat.app.commands.arguments import parse_count, parse_words
from streamchat.app.commands.outcomes import Done, LongWork, Outcome, ShowReport
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.options import EXPORT_FORMATS


@dataclass(frozen=True, slots=True)
class ExportArguments:
    """What was typed after /export."""

    format: str = "md"
    path: str = ""
    replies: int | None = None
    replace: bool = False


@command("/export [md|html|json] [PATH|-] [N]", topic=Topic.CONVERSATIONS)
def export(session: Session, argument: str) -> Outcome:
    """Write this conversation, or its last N exchanges, to PATH or to a file named after
    its title; - prints it. A ! at the end overwrites an existing file."""
    arguments = parse_export(argument)
    if not session.conversation.path:
        raise UsageError("This conversation is empty.")
    return LongWork(partial(_export, session, arguments))


def _export(session: Session, arguments: ExportArguments) -> Outcome:
    if arguments.path == "-":
        text = session.exporter.text(
            session.conversation, arguments.format, replies=arguments.replies
        )
        return ShowReport(_shown(text, arguments.format))
    place = session.exporter.save(
        session.conversation,
        arguments.format,
        path=arguments.path,
        replies=arguments.replies,
        replace=arguments.replace,
    )
    return Done(f"Exported to {place}")


def parse_export(argument: str) -> ExportArguments:
    """Read a format, a number and a path, in any order. Without a format, the path's
    extension decides. Raises UsageError."""
    format = path = count = ""
    words = parse_words(argument)
    replace = any(word.endswith("!") for word in words)
    for word in filter(None, (word.removesuffix("!") for word in words)):
        if word in EXPORT_FORMATS and not format:
            format = word
        elif word.isdecimal() and word.isascii() and not count:
            count = word
        elif not path:
            path = word
        else:
            raise UsageError(f"/export takes one path; quote it: {quoted(f'{path} {word}')}")
    ending = PurePath(path).suffix.removeprefix(".")
    format = format or (ending if ending in EXPORT_FORMATS else "md")
    replies = parse_count(count, default=1) if count else None
    return ExportArguments(format, path, replies, replace)


def _shown(text: str, format: str) -> str:
    """The exported text as a code block."""
    fence = "`" * max(3, _ticks(text) + 1)
    return f"{fence}{'markdown' if format == 'md' else format}\n{text.rstrip()}\n{fence}\n"


def _ticks(text: str) -> int:
    """The length of the longest run of backticks at the start of a line."""
    starts = (line.lstrip() for line in text.splitlines())
    return max((len(s) - len(s.lstrip("`")) for s in starts), default=0)
