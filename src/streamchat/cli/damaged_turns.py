"""Says which turns of a conversation could not be read when it was printed."""

from __future__ import annotations

from pathlib import PurePath

from streamchat.cli.run import Run
from streamchat.core.ports import OpenedConversation

MOST_DAMAGE_TOLD = 5


def tell_unreadable(run: Run, opened: OpenedConversation) -> None:
    """Say which lines turned out to be damaged when their turns were printed: of a long file
    only the end is checked when it is opened."""
    damaged = sorted(opened.conversation.unreadable.values())
    name = PurePath(opened.journal.name).name
    for number in damaged[:MOST_DAMAGE_TOLD]:
        run.notes.warn(f"{name}, line {number}: damaged")
    if len(damaged) > MOST_DAMAGE_TOLD:
        more = len(damaged) - MOST_DAMAGE_TOLD
        run.notes.warn(f"{name}: {more:,} more lines are damaged")
