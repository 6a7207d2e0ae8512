"""Conversations for other programs and other people: Markdown, one HTML page, JSON.

The only importer of markdown_it's renderer and, besides `render`, of pygments. Owns the
formats and the files that are written on request; must not know the terminal, the server or
the conversation files. Answers are hostile here too: see `html`. Every chat has an exporter
and few use it, so importing this package loads none of its modules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from streamchat.core.conversation import Conversation
from streamchat.core.errors import UsageError
from streamchat.core.options import EXPORT_FORMATS
from streamchat.core.sanitize import clean_title

if TYPE_CHECKING:
    from streamchat.export.document import Document

_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class FileExporter:
    """Implements ports.Exporter; relative paths start at `cwd`. `how_to_replace` completes
    the sentence about a file that exists."""

    cwd: Path
    home: Path
    how_to_replace: str
    mask: Callable[[str], str] = str  # takes secrets out of what is written
    zone: tzinfo | None = None  # for the times of turns; None: the system's

    def text(self, conversation: Conversation, format: str, *, replies: int | None) -> str:
        """See ports.Exporter."""
        return self.mask(self._text(conversation, format, replies))

    def _text(self, conversation: Conversation, format: str, replies: int | None) -> str:
        match format:
            case "json":
                from streamchat.export.json_messages import as_messages

                return as_messages(conversation, replies=replies)
            case "md":
                from streamchat.export.markdown import as_markdown  # markdown-it's helpers

                return as_markdown(self._document(conversation, replies))
            case "html":
                from streamchat.export.html import as_page  # markdown-it and pygments: 60 ms

                return as_page(self._document(conversation, replies))
        raise UsageError(
            f"There is no format {format!r}; the formats are {', '.join(EXPORT_FORMATS)}."
        )

    def _document(self, conversation: Conversation, replies: int | None) -> Document:
        from streamchat.export.document import build_document

        return build_document(conversation, replies=replies, zone=self.zone)

    def save(
        self,
        conversation: Conversation,
        format: str,
        *,
        path: str,
        replies: int | None,
        replace: bool,
    ) -> str:
        """See ports.Exporter."""
        from streamchat.export.files import write_new_file

        text = self.text(conversation, format, replies=replies)
        place = (
            self._place(path)
            if path
            else self.cwd / build_export_name(conversation.title, format)
        )
        write_new_file(text, place, replace=replace, how_to_replace=self.how_to_replace)
        return str(place.relative_to(self.cwd) if place.is_relative_to(self.cwd) else place)

    def _place(self, path: str) -> Path:
        if path == "~" or path.startswith("~/"):
            return self.home / path[2:]
        return self.cwd / path


def build_export_name(title: str, format: str) -> str:
    """Named after the title: its words, joined by dashes."""
    words = re.findall(r"\w+", clean_title(title).lower())
    name = "-".join(words)[:_NAME_CHARACTERS].rstrip("-_")
    return f"{name or 'conversation'}.{format}"
