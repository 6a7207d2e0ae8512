"""The costs of all runs: the records of the spending log, and their sums.

A record is one line of JSON. It holds no text, so it may exist for incognito and deleted
conversations:

    {"at": 1790000000.0, "model": "…", "usage": {…}, "usd": 0.0123, "reserved": "id"}
    {"at": 1790000000.0, "reserve": "id", "usd": 0.05}
    {"at": 1790000000.0, "release": "id"}

A reservation holds the probable cost of a turn until the turn is charged or released, so
that several processes together cannot exceed a cap. An answer that costs more reserves again
under the same id. A reservation older than `RESERVED_S` is void: its process died.

Pure. Times are seconds since the epoch; a day is a day of the local calendar.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from streamchat.core.messages import Usage

RESERVED_S = 3600.0
GROUPINGS = ("day", "month", "model")
_MOST_USD = 1e9  # a larger amount is damage


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of one reply. `usd` is None for an unknown price; `reserved` is the
    reservation that it replaces."""

    at: float
    model: str
    usage: Usage
    usd: float | None
    reserved: str = ""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reserved amount."""

    at: float
    id: str
    usd: float


@dataclass(frozen=True, slots=True)
class Released:
    """The end of a reservation that cost nothing."""

    at: float
    id: str


Entry: TypeAlias = Charge | Reserved | Released


@dataclass(frozen=True, slots=True)
class Reservation:
    """An amount that one turn may cost."""

    id: str = ""
    usd: float = 0.0


class SpendingLog(Protocol):
    """The log of every process of this user."""

    def reserve(self, usd: float, *, cap_usd: float) -> Reservation:
        """Reserve an amount. Raises OverBudget if the day would exceed the cap, and
        DiskError if the log is unreadable."""

    def extend(self, held: Reservation, usd: float, *, cap_usd: float) -> Reservation:
        """Reserve more for a turn that is being answered: `usd` in all. Raises as `reserve`
        does, and then `held` stays."""

    def release(self, reservation: Reservation) -> None:
        """End a reservation that cost nothing."""

    def charge(self, model: str, usage: Usage, usd: float | None, reserved: str) -> None:
        """Record a reply. Never raises: a failing disk causes a warning."""


def format_entry(entry: Entry) -> str:
    """The record as a line of ASCII, without its end."""
    match entry:
        case Charge():
            data: dict[str, Any] = {
                "at": entry.at,
                "model": entry.model,
                "usage": entry.usage.to_dict(),
                "usd": entry.usd,
            }
            data |= {"reserved": entry.reserved} if entry.reserved else {}
        case Reserved():
            data = {"at": entry.at, "reserve": entry.id, "usd": entry.usd}
        case Released():
            data = {"at": entry.at, "release": entry.id}
    return json.dumps(data, separators=(",", ":"))


def parse_entry(line: str) -> Entry | None:
    """The record; None for any other line."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or (at := _amount(data.get("at"), most=1e11)) is None:
        return None
    usd = _amount(data.get("usd"), most=_MOST_USD)
    match data:
        case {"reserve": str(id)}:
            return Reserved(at, id, usd) if usd is not None else None
        case {"release": str(id)}:
            return Released(at, id)
        case {"model": str(model), "usage": dict(usage)}:
            reserved = data.get("reserved")
            id = reserved if isinstance(reserved, str) else ""
            return Charge(at, model, Usage.from_dict(usage), usd, id)
        case _:
            return None


def _amount(value: object, *, most: float) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return float(value) if is_number and 0 <= value <= most else None  # type: ignore[arg-type, operator]
    except OverflowError:
        return None


def spent_on_day(entries: Iterable[Entry], now: float, *, without: str = "") -> float:
    """The dollars of this day so far, including reservations other than `without`."""
    today = local_day(now)
    spent = 0.0
    held: dict[str, float] = {}
    for entry in entries:
        if local_day(entry.at) != today:
            continue
        match entry:
            case Charge():
                spent += entry.usd or 0.0
                held.pop(entry.reserved, None)
            case Reserved() if now - entry.at < RESERVED_S:
                held[entry.id] = entry.usd
            case Released():
                held.pop(entry.id, None)
            case _:
                pass
    held.pop(without, None)
    return spent + math.fsum(held.values())


def local_day(at: float) -> str:
    """2026-11-26, by the local calendar."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Total:
    """The sum for one day, month or model. `unpriced` replies have no known price."""

    label: str
    replies: int = 0
    usage: Usage = field(default_factory=Usage)
    usd: float = 0.0
    unpriced: int = 0

    def plus(self, charge: Charge) -> Total:
        return replace(
            self,
            replies=self.replies + 1,
            usage=self.usage.plus(charge.usage),
            usd=self.usd + (charge.usd or 0.0),
            unpriced=self.unpriced + (charge.usd is None),
        )

    def to_dict(self) -> Mapping[str, Any]:
        """What `--costs --json` prints beside the label."""
        return {
            "replies": self.replies,
            "usage": self.usage.to_dict(),
            "usd": round(self.usd, 6),
            "unpriced_replies": self.unpriced,
        }


_LABELS: Mapping[str, Callable[[Charge], str]] = {
    "day": lambda charge: local_day(charge.at),
    "month": lambda charge: local_day(charge.at)[:7],
    "model": lambda charge: charge.model,
}


def sum_by(grouping: str, charges: Iterable[Charge]) -> list[Total]:
    """The totals by "day" or "month" (newest first) or "model" (most expensive first)."""
    totals: dict[str, Total] = {}
    for charge in charges:
        label = _LABELS[grouping](charge)
        totals[label] = totals.get(label, Total(label)).plus(charge)
    if grouping == "model":
        return sorted(totals.values(), key=lambda total: (-total.usd, total.label))
    return sorted(totals.values(), key=lambda total: total.label, reverse=True)
