"""What an open conversation writes to: its file, or nothing (ports.Journal)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streamchat.core.errors import DiskError
from streamchat.core.records import Blobs, Record, Turn, to_saved, with_version
from streamchat.store.disk import writing
from streamchat.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class NewFilePlace:
    """Where a new file is created: written to `scratch`, then renamed, after `make_room`."""

    ledger: Ledger
    scratch: Path
    make_room: Callable[[bytes], None] | None = None


class FileJournal:
    """The file of a conversation. A new file is created with the first turn and all records
    before it; `place` says where."""

    saves = True

    def __init__(
        self, home: Path, place: Callable[[], NewFilePlace], ledger: Ledger | None = None
    ) -> None:
        self._home = home
        self._find_place = place
        self._place: NewFilePlace | None = None
        self._ledger = ledger  # None until the file exists
        self._pending: list[bytes] = []
        self._blobs: Blobs = {}  # that the pending lines refer to
        self._begun = ledger is not None  # there was a turn, so the file is due

    @property
    def name(self) -> str:
        if self._ledger is not None:
            return str(self._ledger.path)
        return str(self._home if self._place is None else self._place.ledger.path)

    @property
    def unsaved(self) -> int:
        """The number of records that could not be written so far."""
        return len(self._pending) if self._begun else 0

    def append(self, *records: Record) -> None:
        """See ports.Journal."""
        for record in records:
            self.put_off(record)
            self._begun = self._begun or isinstance(record, Turn)
        if self._begun:
            self.flush()

    def put_off(self, record: Record) -> None:
        """Write the record together with the next one that is appended."""
        line, blobs = to_saved(record)
        self._pending.append(line)
        self._blobs |= blobs

    def flush(self) -> None:
        """Write what is not on disk yet. Raises DiskError."""
        if not self._pending:
            return
        self._begun = True
        data = with_version(b"".join(self._pending))
        with writing(Path(self.name)):
            if self._ledger is None:
                self._create(data)
            else:
                self._ledger.append(data, self._blobs)
        self._pending.clear()
        self._blobs = {}

    def _create(self, data: bytes) -> None:
        self._place = self._place or self._find_place()
        ledger = self._place.ledger
        try:
            ledger.create(data, self._blobs, self._place.scratch, self._place.make_room)
        finally:
            if ledger.exists:
                self._ledger = ledger

    def verify(self) -> None:
        """See ports.Journal."""
        self.flush()
        if self._ledger is not None:
            with writing(Path(self.name)):
                self._ledger.verify()

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()


class NoJournal:
    """Writes nothing: --no-save."""

    name = "not saved"
    saves = False
    unsaved = 0

    def append(self, *records: Record) -> None:
        pass

    def verify(self) -> None:
        pass

    def close(self) -> None:
        pass


class ReadOnlyJournal:
    """For a conversation that can only be read; every append raises the reason."""

    saves = True

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.unsaved = 0
        self._reason = reason

    def append(self, *records: Record) -> None:
        self.unsaved += len(records)
        raise DiskError(self._reason)

    def verify(self) -> None:
        if self.unsaved:
            raise DiskError(self._reason)

    def close(self) -> None:
        pass
