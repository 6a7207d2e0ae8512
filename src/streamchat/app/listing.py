"""Conversations and search hits as text, for /list, --list, --search and questions.

Pure: values in, Markdown or plain lines out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from streamchat.core.conversation_filter import split_filters
from streamchat.core.conversation_index import ConversationSummary, Hit
from streamchat.core.formatting import escape_markdown, format_price
from streamchat.core.messages import JsonObject
from streamchat.core.ports import Archive
from streamchat.core.sanitize import clean_line
from streamchat.core.times import parse_time

_MOST_FOUND = 10_000
_UNITS = ((86400.0 * 365, "y"), (86400.0, "d"), (3600.0, "h"), (60.0, "min"))


def age(seconds: float) -> str:
    """A duration in its largest unit: "3 d"."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def ago(clock: Callable[[], float]) -> Callable[[float], str]:
    """A function that says how long ago a time (seconds since the epoch) was."""
    return lambda seconds: age(clock() - seconds)


def cost(usd: float | None) -> str:
    """A price, or a dash when it is unknown (never 0)."""
    return "–" if usd is None else format_price(usd)


def find_summaries(archive: Archive, wanted: str) -> list[ConversationSummary]:
    """The conversations that match words and filters, or all of them, newest first.
    Raises DiskError, UsageError."""
    if not wanted.strip():
        return archive.summaries()
    split_filters(wanted)  # an incomplete filter is an error here
    for _ in archive.catch_up():
        pass
    found = (hit.summary for hit in archive.browse(wanted, most=_MOST_FOUND))
    return sorted(found, key=lambda each: each.updated, reverse=True)


def conversations_table(summaries: Iterable[ConversationSummary], *, now: float) -> str:
    """A Markdown table, for the terminal."""
    head = ["| id | age | turns | model | cost | title |", "|---|--:|--:|---|--:|---|"]
    return "\n".join(head + [f"| {' | '.join(_cells(s, now))} |" for s in summaries])


def _cells(summary: ConversationSummary, now: float) -> list[str]:
    return [
        f"`{summary.id[:8]}`",
        age(now - summary.updated),
        str(summary.turns),
        escape_markdown(summary.model),
        cost(summary.cost_usd),
        escape_markdown(summary.title or "untitled"),
    ]


def row_line(cells: Iterable[str]) -> str:
    """A tab-separated line for a pipe. Titles and names come from anywhere, so they are
    sanitised there too."""
    return "\t".join(map(clean_line, cells))


def conversations_lines(summaries: Iterable[ConversationSummary], *, now: float) -> list[str]:
    """Tab-separated, for a pipe: id, age, turns, model, cost, title."""
    return [
        row_line([s.id, age(now - s.updated), str(s.turns), s.model, cost(s.cost_usd), s.title])
        for s in summaries
    ]


def summary_object(summary: ConversationSummary) -> JsonObject:
    """One conversation as `--list --json` prints it."""
    return {
        "id": summary.id,
        "title": summary.title,
        "updated": summary.updated,
        "turns": summary.turns,
        "model": summary.model,
        "cost_usd": summary.cost_usd,
        "path": summary.path,
        "directory": summary.directory,
    }


def hits_markdown(hits: Iterable[Hit], *, now: float) -> str:
    """For the terminal: each hit below the title of its conversation."""
    return "\n\n".join(f"{_place(hit, now)}\n> {_quotation(hit)}" for hit in hits)


def _place(hit: Hit, now: float) -> str:
    summary = hit.summary
    where = f"turn `{hit.turn}`" if hit.turn else "its title"
    title = escape_markdown(summary.title or "untitled")
    return f"**{title}** · `{summary.id[:8]}` · {where} · {age(now - _written(hit))}"


def _written(hit: Hit) -> float:
    seconds = parse_time(hit.at)
    return hit.summary.updated if seconds is None else seconds


def _quotation(hit: Hit) -> str:
    """Starts with the speaker, because an excerpt at the start of a line could become a
    list or a heading."""
    pieces = (
        f"**{escape_markdown(text)}**" if found else escape_markdown(text)
        for text, found in hit.excerpt
    )
    return f"{SPEAKERS.get(hit.role, hit.role)}: {''.join(pieces)}"


SPEAKERS = {"user": "you", "assistant": "answer", "system": "system", "title": "title"}


def hits_lines(hits: Iterable[Hit]) -> list[str]:
    """Tab-separated, for a pipe: id, title, turn, time, excerpt."""
    return [
        row_line([hit.summary.id, hit.summary.title, hit.turn, hit.at, hit.text])
        for hit in hits
    ]


def hit_object(hit: Hit) -> JsonObject:
    """One hit as `--search --json` prints it."""
    return {
        "id": hit.summary.id,
        "title": hit.summary.title,
        "turn": hit.turn or None,
        "role": hit.role if hit.turn else None,
        "at": hit.at,
        "excerpt": hit.text,
        "path": hit.summary.path,
    }
