"""The spending log on disk: private, shared by processes, never in the way."""

import os
import stat
from pathlib import Path

import pytest

from streamchat.core.errors import DiskError, OverBudget
from streamchat.core.messages import Usage
from streamchat.core.spending import Charge, Reservation
from streamchat.store import Disk, FileSpendingLog

NOON = 1_790_000_000.0
USED = Usage(input_tokens=10, output_tokens=5)


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said() -> list[str]:
    return []


def open_log(path: Path, said: list[str], clock: Clock | None = None) -> FileSpendingLog:
    ids = iter(f"r{number}" for number in range(99))
    return FileSpendingLog(path, Disk(), clock or Clock(), ids.__next__, said.append)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/streamchat/spending.jsonl"


def test_what_was_charged_is_read_again(path: Path, said: list[str]) -> None:
    log = open_log(path, said)
    assert log.charges() == []
    log.charge("a", USED, 0.25, "")
    log.charge("b", USED, None, "")
    assert open_log(path, said).charges() == [
        Charge(NOON, "a", USED, 0.25),
        Charge(NOON, "b", USED, None),
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert said == []


def test_two_processes_share_the_cap_of_a_day(path: Path, said: list[str]) -> None:
    one, other = open_log(path, said), open_log(path, said)
    one.charge("a", USED, 0.25, "")
    held = one.reserve(0.5, cap_usd=1.0)
    assert held.usd == 0.5
    with pytest.raises(OverBudget, match=r"\$0\.7500 of \$1\.00 is spent today"):
        other.reserve(0.5, cap_usd=1.0)
    one.charge("a", USED, 0.1, held.id)
    other.release(other.reserve(0.5, cap_usd=1.0))
    other.reserve(0.65, cap_usd=1.0)


def test_two_processes_cannot_pass_the_cap_while_they_are_answered(
    path: Path, said: list[str]
) -> None:
    one, other = open_log(path, said), open_log(path, said)
    other.new_id()  # ids of two processes differ
    one.charge("a", USED, 0.25, "")
    first, second = one.reserve(0.25, cap_usd=1.0), other.reserve(0.125, cap_usd=1.0)
    assert one.extend(first, 0.4, cap_usd=1.0).usd == 0.5
    more = other.extend(second, 0.2, cap_usd=1.0)
    assert more == Reservation(second.id, 0.25)
    with pytest.raises(OverBudget, match=r"the day's cap of \$1\.00 \(about \$1\.05 is"):
        other.extend(more, 0.3, cap_usd=1.0)
    one.release(first)
    other.charge("b", USED, 0.5, more.id)
    assert one.extend(Reservation(), 0.25, cap_usd=1.0).usd == 0.25


def test_the_next_day_begins_at_nothing(path: Path, said: list[str]) -> None:
    clock = Clock()
    log = open_log(path, said, clock)
    log.charge("a", USED, 5.0, "")
    clock.now += 86_400
    assert log.reserve(1.0, cap_usd=1.0).usd == 1.0


def test_damage_costs_its_line_only(path: Path, said: list[str]) -> None:
    log = open_log(path, said)
    log.charge("a", USED, 0.25, "")
    with path.open("ab") as file:
        file.write(b"\xff\x00 nonsense\n" + b"[" * 5000 + b'\n{"at": 17')
    log.charge("b", USED, 0.5, "")
    assert [charge.model for charge in log.charges()] == ["a", "b"]
    with pytest.raises(OverBudget):
        log.reserve(0.5, cap_usd=1.0)


def test_a_file_that_is_none_costs_a_warning_or_the_turn(path: Path, said: list[str]) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    log = open_log(path, said)
    log.charge("a", USED, 0.25, "")
    assert [line.endswith("missing from --costs.") for line in said] == [True]
    with pytest.raises(DiskError):
        log.reserve(0.1, cap_usd=1.0)
