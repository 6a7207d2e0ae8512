"""The spending log: `spending.jsonl` in the state directory, append-only, for its owner.

Owns the file and its lock. A line that cannot be read is skipped; a torn line counts as
nothing. Must not know prices.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamchat.core.errors import DiskError, NotFound, OverBudget
from streamchat.core.formatting import format_cap, format_price
from streamchat.core.messages import Usage
from streamchat.core.spending import (
    Charge,
    Entry,
    Released,
    Reservation,
    Reserved,
    format_entry,
    local_day,
    parse_entry,
    spent_on_day,
)
from streamchat.store.directory import PrivateDirectory
from streamchat.store.disk import (
    Disk,
    close_quietly,
    open_regular,
    read_all,
    read_file,
    require_ours,
    write_all,
    writing,
)

_AHEAD = 1.25  # times what a turn has cost so far is reserved for it


@dataclass(frozen=True, slots=True)
class FileSpendingLog:
    """See core.spending.SpendingLog. `clock` gives seconds since the epoch; `warn` is told
    when a charge cannot be written."""

    path: Path
    disk: Disk
    clock: Callable[[], float]
    new_id: Callable[[], str]
    warn: Callable[[str], None]

    def reserve(self, usd: float, *, cap_usd: float) -> Reservation:
        now = self.clock()
        with writing(self.path), self._open() as fd:
            spent = spent_on_day(self._today(fd, now), now)
            if spent + usd > cap_usd:
                raise OverBudget(
                    f"Not sent: the turn would cost about {format_price(usd)}, and"
                    f" {format_price(spent)} of {format_cap(cap_usd)} is spent today."
                )
            reserved = Reserved(now, self.new_id(), usd)
            self._append(fd, reserved)
        return Reservation(reserved.id, usd)

    def extend(self, held: Reservation, usd: float, *, cap_usd: float) -> Reservation:
        now = self.clock()
        with writing(self.path), self._open() as fd:
            others = spent_on_day(self._today(fd, now), now, without=held.id)
            if others + usd > cap_usd:
                raise OverBudget(
                    f"Stopped: the answer has passed the day's cap of {format_cap(cap_usd)}"
                    f" (about {format_price(others + usd)} is spent or reserved)."
                )
            usd = min(usd * _AHEAD, cap_usd - others)  # else each delta would add a record
            extended = Reserved(now, held.id or self.new_id(), usd)
            self._append(fd, extended)
        return Reservation(extended.id, usd)

    def release(self, reservation: Reservation) -> None:
        self._try_to_append(Released(self.clock(), reservation.id))

    def charge(self, model: str, usage: Usage, usd: float | None, reserved: str) -> None:
        self._try_to_append(Charge(self.clock(), model, usage, usd, reserved))

    def charges(self) -> list[Charge]:
        """Every charge, the oldest first. Raises DiskError."""
        try:
            data = read_file(self.disk, self.path)
        except NotFound:
            return []
        found = map(parse_entry, data.decode("ascii", "replace").splitlines())
        return [entry for entry in found if isinstance(entry, Charge)]

    def _try_to_append(self, entry: Entry) -> None:
        try:
            with writing(self.path), self._open() as fd:
                self._append(fd, entry)
        except DiskError as error:
            self.warn(f"{error.message} The costs of this turn will be missing from --costs.")

    @contextmanager
    def _open(self) -> Iterator[int]:
        """Open the file with an exclusive lock. Raises OSError."""
        PrivateDirectory(self.disk, self.path.parent).ensure()
        fd = open_regular(self.disk, self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            require_ours(self.disk, fd, private=True)
            fcntl.flock(fd, fcntl.LOCK_EX)  # others hold it for a millisecond
            yield fd
        finally:
            close_quietly(self.disk, fd)

    def _append(self, fd: int, entry: Entry) -> None:
        size = self.disk.status(fd).st_size
        is_torn = size > 0 and self.disk.read(fd, 1, size - 1) != b"\n"
        line = f"{format_entry(entry)}\n".encode("ascii")
        write_all(self.disk, fd, b"\n" + line if is_torn else line)

    def _today(self, fd: int, now: float) -> list[Entry]:
        """The records of this day, the oldest first; nothing before them is parsed."""
        today, found = local_day(now), []
        for line in reversed(read_all(self.disk, fd).decode("ascii", "replace").splitlines()):
            entry = parse_entry(line)
            if entry is not None:
                if local_day(entry.at) < today:
                    break
                found.append(entry)
        return found[::-1]
