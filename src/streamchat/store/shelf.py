"""What is kept, to be listed and searched: the files, and what a catalogue knows of them.

Rule: the files are the truth. Without a catalogue that works each is read for the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from streamchat.core.conversation import Conversation
from streamchat.core.errors import DiskError, NotFound
from streamchat.core.library import Catalogue, Hit, Kept, Progress, Summary
from streamchat.core.records import Header
from streamchat.store.disk import Folder, read_file, reading
from streamchat.store.file_reader import NotConversation, read_conversation
from streamchat.store.naming import id_in


class NoCatalogue(DiskError):
    """Nothing can be searched here; the list is read from the files."""


def no_catalogue() -> Catalogue:
    raise NoCatalogue("There is no search index here.")


class FileShelf:
    """Implements ports.Shelf and ports.Files. `catalogue` is called when one is needed;
    it raises NoCatalogue when there is none."""

    def __init__(self, folder: Folder, catalogue: Callable[[], Catalogue]) -> None:
        self._folder = folder
        self._new_catalogue = catalogue

    @cached_property
    def _catalogue(self) -> Catalogue:
        return self._new_catalogue()

    def unwritten(self) -> FileShelf:
        """The same, and no catalogue is written."""
        return FileShelf(self._folder, lambda: self._catalogue.unwritten())

    # The files

    def kept(self) -> list[Kept]:
        with reading(self._folder.path):
            return self._folder.kept()

    def look_into(self, kept: Kept) -> Conversation | None:
        path = Path(kept.path)
        lost = Header(id_in(path.name), "", "")
        try:
            data = read_file(self._folder.disk, path)
            conversation, _ = read_conversation(data, lost=lost, whole_bytes=0)
        except (DiskError, NotFound, NotConversation):
            return None
        return conversation if conversation.turn_count else None

    # What is found in them

    def summaries(self) -> list[Summary]:
        """Newest first."""
        try:
            return self._catalogue.summaries(self)
        except DiskError:
            found = ((kept, self.look_into(kept)) for kept in self.kept())
            return [_summary(kept, each) for kept, each in found if each is not None]

    def catch_up(self) -> Iterator[Progress]:
        return self._catalogue.catch_up(self)

    def search(self, text: str, *, most: int) -> list[Hit]:
        return self._catalogue.search(text, most=most)

    def browse(self, text: str, *, most: int) -> list[Hit]:
        return self._catalogue.browse(text, most=most)

    def forget(self, path: Path) -> None:
        """Keep no word of a file that was deleted. Raises DiskError."""
        with suppress(NoCatalogue):
            self._catalogue.forget(str(path))


def _summary(kept: Kept, conversation: Conversation) -> Summary:
    return Summary(
        id=conversation.id,
        title=conversation.title,
        updated=kept.written_ns / 1e9,
        turns=conversation.turn_count,
        model=conversation.model,
        cost_usd=conversation.cost_usd,
        path=kept.path,
    )
