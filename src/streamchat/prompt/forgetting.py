"""What was typed in a deleted conversation, taken out of the history and the drafts."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from streamchat.prompt.draft_files import forget_drafts
from streamchat.prompt.history_file import forget_entries


def forget_typed(
    history: Path,
    drafts: Path,
    conversation: str,
    *,
    texts: Collection[str],
    names: Collection[str],
) -> None:
    """See `forget_drafts` and `forget_entries`. Raises DiskError."""
    forget_drafts(drafts, conversation)
    forget_entries(history, conversation, texts=texts, names=names)
