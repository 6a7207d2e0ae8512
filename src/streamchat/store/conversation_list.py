"""Lists the saved conversations, and searches them.

Rule: the files are the truth. The index only saves reading them again; without it, the list is
read from the files and search is not possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import (
    ConversationFilter,
    ConversationSummary,
    FileContent,
    Hit,
    IndexProgress,
    SavedFile,
)
from streamchat.core.errors import DiskError, NotFound
from streamchat.core.key_mask import mask_hit, mask_summary
from streamchat.core.ports import Index
from streamchat.core.records import Header
from streamchat.store.directory import ConversationDirectory
from streamchat.store.disk import read_file, reading
from streamchat.store.file_reader import NotConversation, read_conversation
from streamchat.store.naming import id_in

STEP_BYTES = 2_000_000  # of files that are indexed in one step of 0.1 to 0.2 s
STEP_FILES = 500
MOST_PROBLEMS = 5  # that are reported one by one


class ConversationList:
    """The files in `directory`. `open_index` is called when an index is needed; it returns
    None where there is none. With `tidies`, leftovers of killed processes are removed."""

    def __init__(
        self,
        directory: ConversationDirectory,
        open_index: Callable[[], Index | None],
        *,
        tidies: bool,
        here: str | None = None,
        mask: Callable[[str], str] = str,
    ) -> None:
        """With `here`, only the conversations that began in that directory are listed and
        found. `mask` hides secrets in titles and excerpts."""
        self._directory = directory
        self._tidies = tidies
        self._here = here
        self._mask = mask
        self._open_index = open_index
        self._is_searched = False
        self._problems: dict[str, str] = {}  # by the path of the file
        self._told: set[str] = set()

    @cached_property
    def _index(self) -> Index | None:
        return self._open_index()

    def open_unwritten_index(self) -> Index | None:
        """The same index, for a list that writes nothing."""
        return None if self._index is None else self._index.unwritten()

    # The files

    def files(self) -> list[SavedFile]:
        """Newest first. Raises DiskError."""
        if self._tidies:
            self._tidies = False  # once is enough
            self._directory.tidy()
        with reading(self._directory.path):
            return self._directory.files()

    def read(self, file: SavedFile) -> FileContent:
        """What is in a file. Never raises for a file that cannot be read."""
        path = Path(file.path)
        lost = Header(id_in(path.name), "", "")
        try:
            data = read_file(self._directory.disk, path)
            conversation, damage = read_conversation(data, lost=lost, whole_bytes=0)
        except (DiskError, NotFound) as error:
            return self._unreadable(file, error.message)
        except NotConversation as error:
            if not data:  # created but never written: nothing is lost
                return FileContent(file, None)
            return self._unreadable(file, f"It is not a conversation: {error}.")
        if conversation.turn_count:
            return FileContent(file, conversation)
        if damage:
            return self._unreadable(file, f"None of its turns can be read: {damage[0]}.")
        return FileContent(file, None)

    def _unreadable(self, file: SavedFile, reason: str) -> FileContent:
        self._problems[file.path] = reason
        return FileContent(file, None, reason)

    def problems(self) -> list[str]:
        """See ports.Archive."""
        new = {p: reason for p, reason in self._problems.items() if p not in self._told}
        self._told |= new.keys()
        lines = [f"{Path(path).name} was skipped. {reason}" for path, reason in new.items()]
        trouble = self._index.trouble if self._is_indexed and self._index else ""
        if len(lines) > MOST_PROBLEMS:
            more = len(lines) - MOST_PROBLEMS
            lines[MOST_PROBLEMS:] = [f"{more:,} more files were skipped."]
        if trouble and trouble not in self._told:
            self._told.add(trouble)
            lines.append(trouble)
        return lines

    @property
    def _is_indexed(self) -> bool:
        """Whether the index was opened."""
        return "_index" in self.__dict__

    # The list

    def summaries(self) -> list[ConversationSummary]:
        """See ports.Archive."""
        found = (each for each in self._all() if self._here in (None, each.directory))
        return [mask_summary(each, self._mask) for each in found]

    def _all(self) -> list[ConversationSummary]:
        try:
            if self._index is not None:
                return self._listed(self._index)
        except DiskError:
            pass  # a broken index only costs time
        contents = (self.read(file) for file in self.files())
        return [
            _summary(each.file, each.conversation) for each in contents if each.conversation
        ]

    def _listed(self, index: Index) -> list[ConversationSummary]:
        files = self.files()
        while stale := index.stale(files, texts=False):
            losses = index.losses
            for batch in _batches(stale):
                index.add([self.read(file) for file in batch], texts=False)
            if losses == index.losses:
                break
        known = index.summaries()
        self._problems |= index.problems()
        found = (known[file.path] for file in files if file.path in known)
        return [summary for summary in found if summary.turns]

    # The search

    def catch_up(self) -> Iterator[IndexProgress]:
        """See ports.Archive."""
        index = self._required()
        self._is_searched = True
        losses = -1
        while losses != index.losses:  # once, and again when the index was lost meanwhile
            losses = index.losses
            stale = index.stale(self.files(), texts=True)
            done = 0
            for batch in _batches(stale):
                index.add([self.read(file) for file in batch], texts=True)
                done += len(batch)
                yield IndexProgress(done, len(stale))
            self._problems |= index.problems()

    def search(self, text: str, *, most: int) -> list[Hit]:
        """See ports.Archive."""
        from streamchat.core.conversation_filter import split_filters  # only a search needs it

        words, within = split_filters(text, ConversationFilter(self._here))
        return self._ask(lambda index: index.search(words, most=most, within=within))

    def browse(self, text: str, *, most: int) -> list[Hit]:
        """See ports.Archive."""
        from streamchat.core.conversation_filter import split_typed_filters

        words, within = split_typed_filters(text, ConversationFilter(self._here))
        return self._ask(lambda index: index.browse(words, most=most, within=within))

    def _ask(self, question: Callable[[Index], list[Hit]]) -> list[Hit]:
        return [mask_hit(hit, self._mask) for hit in self._hits(question)]

    def _hits(self, question: Callable[[Index], list[Hit]]) -> list[Hit]:
        """Ask; if the index was lost meanwhile, index again and ask again."""
        index = self._required()
        losses = index.losses
        hits = question(index)
        if losses == index.losses or not self._is_searched:
            return hits
        for _ in self.catch_up():
            pass
        return question(index)

    def _required(self) -> Index:
        if self._index is None:
            raise DiskError("Search needs Python's sqlite3, which is missing here.")
        return self._index

    def forget(self, path: Path) -> None:
        """Remove the words of a deleted file from the index. Raises DiskError."""
        if self._index is not None:
            self._index.forget(str(path))


def _batches(files: Iterable[SavedFile]) -> Iterator[list[SavedFile]]:
    batch: list[SavedFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += file.size
        if size >= STEP_BYTES or len(batch) == STEP_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _summary(file: SavedFile, conversation: Conversation) -> ConversationSummary:
    return ConversationSummary(
        id=conversation.id,
        title=conversation.title,
        updated=file.written_ns / 1e9,
        turns=conversation.turn_count,
        model=conversation.model,
        cost_usd=conversation.cost_usd,
        path=file.path,
        directory=conversation.header.directory,
    )
