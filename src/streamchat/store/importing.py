"""Conversations from other programs, saved under their own ids.

Rules: an imported conversation appears complete or not at all. One that was imported before
gets what it lacks: turns, title, time. A file that cannot be read is moved to `.damaged`. A
conversation that is open elsewhere is left out. Only one import runs at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from streamchat.core.conversation import Conversation
from streamchat.core.errors import Busy, DiskError, NotFound
from streamchat.core.ports import ImportResult
from streamchat.core.records import Blobs, Record, to_saved, with_version
from streamchat.core.times import parse_time
from streamchat.store.blobs import BlobDirectory
from streamchat.store.disk import (
    close_quietly,
    reading,
    sync_directory,
    write_new,
    writing,
)
from streamchat.store.files import ConversationFiles
from streamchat.store.journal import FileJournal
from streamchat.store.naming import id_in


def take_in(files: ConversationFiles, made: Iterable[Conversation]) -> Iterator[ImportResult]:
    """See ports.Archive."""
    rest = iter(made)
    first = next(rest, None)  # a file that cannot be imported leaves no trace
    if first is None:
        return
    with files.directory.locked():
        files.directory.tidy()
        intake = _Intake(files)
        for each in chain([first], rest):
            yield intake.take(each)


class _Intake:
    def __init__(self, files: ConversationFiles) -> None:
        self._files = files
        self._disk = files.directory.disk
        with reading(files.directory.path):
            listed = files.directory.files()
        self._saved = {id_in(Path(file.path).name): Path(file.path) for file in listed}
        self._written_ns = {file.path: file.written_ns for file in listed}

    def take(self, made: Conversation) -> ImportResult:
        path = self._saved.get(made.id)
        if path is None:
            return self._save(made, self._files.path_of(made))
        try:
            return self._complete(path, made)
        except NotFound:  # or it is not a regular file
            self._files.put_aside(path)
            return self._save(made, path)
        except Busy as error:
            return _left_out(made, error.message, is_busy=True)
        except DiskError as error:
            return _left_out(made, error.message)

    def _save(self, made: Conversation, path: Path) -> ImportResult:
        lines, blobs = _saved(made)
        directory = self._files.directory
        with writing(path):
            fd = write_new(
                self._disk,
                path,
                directory.scratch(path.name),
                lines,
                seconds=last_said(made),
                write_blobs=lambda: BlobDirectory(self._disk, path).write(blobs),
            )
            close_quietly(self._disk, fd)
            sync_directory(self._disk, directory.path)
        self._saved[made.id] = path
        count = made.turn_count
        return ImportResult(made.id, made.title, count, count, is_new=True)

    def _complete(self, path: Path, made: Conversation) -> ImportResult:
        opened = self._files.open(path)
        saved, journal = opened.conversation, opened.journal
        before = saved.turn_count
        try:
            news = merge(saved, made)
            if news and not isinstance(journal, FileJournal):
                return _left_out(made, "What was imported before can only be read.")
            if isinstance(journal, FileJournal):
                for record in news:
                    journal.put_off(record)
                journal.flush()
                self._set_time(path, saved, is_changed=bool(news))
        finally:
            journal.close()
        count = saved.turn_count
        return ImportResult(saved.id, saved.title, count, count - before, is_new=False)

    def _set_time(self, path: Path, saved: Conversation, *, is_changed: bool) -> None:
        """Give the file the time of its newest turn, so that the list stays in order and -c
        resumes the newest conversation."""
        seconds = last_said(saved)
        if seconds is None:
            return
        if is_changed or self._written_ns.get(str(path), 0) // 10**9 != int(seconds):
            with writing(path):
                self._disk.set_time(str(path), seconds)


def _saved(made: Conversation) -> tuple[bytes, Blobs]:
    """The whole file, and what it refers to."""
    saved = [to_saved(record) for record in made.records]
    blobs = {name: data for _, found in saved for name, data in found.items()}
    return with_version(b"".join(line for line, _ in saved)), blobs


def _left_out(made: Conversation, problem: str, *, is_busy: bool = False) -> ImportResult:
    return ImportResult(
        made.id, made.title, made.turn_count, 0, is_new=False, problem=problem, is_busy=is_busy
    )


def merge(saved: Conversation, made: Conversation) -> list[Record]:
    """Add to the saved conversation what only the other one has; returns the records.

    If the user continued it here, the head stays; otherwise it moves to the other's head. A
    title that the user set here stays.
    """
    known = {id for id, _ in saved.outline()}
    theirs = {id for id, _ in made.outline()}
    here = saved.head
    news: list[Record] = [turn for turn in made.turns if turn.id not in known]
    for record in news:
        saved.apply(record)
    head = made.head if here is None or here in theirs else here
    if news and head != saved.head:
        news.append(saved.jump(head))
    if made.given_title and not saved.given_title:
        news.append(saved.rename(made.given_title))
    return news


def last_said(conversation: Conversation) -> float | None:
    """When its newest turn was written, or else when it began, in seconds since the epoch; None
    if unknown."""
    times = [parse_time(turn.at) for turn in conversation.turns]
    known = [seconds for seconds in times if seconds is not None]
    return max(known) if known else parse_time(conversation.header.created)
