"""`modelcache`: a day's memory that can only help."""

import stat
from pathlib import Path

import pytest

from streamchat.models.cache import KEPT_S, ModelCache


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def made(
    tmp_path: Path, *, server: str = "https://a", clock: Clock | None = None
) -> ModelCache:
    return ModelCache(tmp_path / "cache", server, clock or Clock())


def test_what_is_written_is_read_by_the_same_server_and_model(tmp_path: Path) -> None:
    made(tmp_path).write("m", {"id": "m", "window": 5})
    assert made(tmp_path).read("m") == {"id": "m", "window": 5}
    assert made(tmp_path).read("other") is None
    assert made(tmp_path, server="https://b").read("m") is None


def test_it_is_kept_a_day(tmp_path: Path) -> None:
    clock = Clock()
    cache = made(tmp_path, clock=clock)
    cache.write("m", {"id": "m"})
    clock.now += KEPT_S - 1
    assert cache.read("m") == {"id": "m"}
    clock.now += 1
    assert cache.read("m") is None
    clock.now -= 2 * KEPT_S  # the clock was wrong when it was written
    assert cache.read("m") is None


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    made(tmp_path).write("../../m\udcff", {})
    [file] = (tmp_path / "cache").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"at": "x"}', b'{"at": null, "model": {}}', b"\xff", b"[" * 99999],
)
def test_damage_is_as_good_as_nothing(damage: bytes, tmp_path: Path) -> None:
    cache = made(tmp_path)
    cache.write("m", {"id": "m"})
    [file] = cache.directory.iterdir()
    file.write_bytes(damage)
    assert cache.read("m") is None
    cache.write("m", {"id": "again"})
    assert cache.read("m") == {"id": "again"}


def test_a_disk_that_refuses_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a directory")
    made(tmp_path).write("m", {})
    assert made(tmp_path).read("m") is None
