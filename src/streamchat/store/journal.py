"""What an open conversation writes to: its file, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamchat.core.errors import DiskError
from streamchat.core.records import Record, Turn, to_line
from streamchat.store.disk import writing
from streamchat.store.ledger import Ledger


class FileJournal:
    """The file of a conversation. A new one appears with the first turn, in one write
    with all that came before it; `place` then says where."""

    saves = True

    def __init__(
        self, home: Path, place: Callable[[], Ledger], ledger: Ledger | None = None
    ) -> None:
        self._home = home
        self._place = place
        self._ledger = ledger
        self._pending: list[bytes] = []
        self._begun = ledger is not None  # there was a turn: the file is due

    @property
    def name(self) -> str:
        return str(self._home if self._ledger is None else self._ledger.path)

    @property
    def unsaved(self) -> int:
        """How many records a failing disk has not taken yet."""
        return len(self._pending)

    def append(self, record: Record) -> None:
        """See ports.Journal. What a disk refuses is written before the next record."""
        self.put_off(record)
        self._begun = self._begun or isinstance(record, Turn)
        if self._begun:
            self.flush()

    def put_off(self, record: Record) -> None:
        """Write it together with the next record that is appended."""
        self._pending.append(to_line(record))

    def flush(self) -> None:
        """Put on disk what is not. Raises DiskError."""
        if not self._pending:
            return
        with writing(Path(self.name)):
            if self._ledger is None:
                self._ledger = self._place()
            if not self._ledger.exists:
                self._ledger.create()
            self._ledger.append(b"".join(self._pending))
        self._pending.clear()

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()


class NoJournal:
    """Keeps nothing: --no-save."""

    name = "not saved"
    saves = False

    def append(self, record: Record) -> None:
        pass

    def close(self) -> None:
        pass


class SealedJournal:
    """Of a conversation that can only be read; every append says why."""

    saves = True

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self._reason = reason

    def append(self, record: Record) -> None:
        raise DiskError(self._reason)

    def close(self) -> None:
        pass
