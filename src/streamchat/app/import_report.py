"""What an import has done, in lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.core.errors import NotFound, UsageError
from streamchat.core.formatting import format_path, quoted
from streamchat.core.ports import ImportResult


def describe_taken(taken: ImportResult) -> list[str]:
    """The id, what is new, the turns and the title of one conversation."""
    state = "new" if taken.is_new else f"{taken.added} more turns" if taken.added else "kept"
    return [taken.id[:8], state, str(taken.turns), " ".join(taken.title.split())]


def why_left_out(taken: ImportResult) -> UsageError:
    """The error of a conversation that was left out."""
    return UsageError(f"{taken.title or taken.id[:8]}: {taken.problem}")


def format_counts(taken: Sequence[ImportResult]) -> str:
    """How many there are of each kind."""
    left_out = sum(bool(each.problem) for each in taken)
    new = sum(each.is_new for each in taken)
    more = sum(bool(each.added) for each in taken) - new
    counts = {
        "imported": new,
        "with more turns": more,
        "already imported": len(taken) - left_out - new - more,
        "left out": left_out,
    }
    parts = (f"{n} {what}" for what, n in counts.items() if n or what == "imported")
    return f"{', '.join(parts)}."


def found_none(path: str, name: str) -> NotFound:
    """The error for a file without conversations, or without one that matches `name`."""
    called = f" {quoted(name)}" if name else ""
    return NotFound(f"{format_path(path)} holds no conversation{called}.")
