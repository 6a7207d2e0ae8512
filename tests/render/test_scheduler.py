"""When frames are painted, on a clock that the tests move."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from stage import FakeLoop

from streamchat.render.screen.scheduler import INTERVAL_S, Scheduler, Ticker


@dataclass
class Easel:
    """Paints by letting time pass."""

    loop: FakeLoop
    cost_s: float = 0.0
    painted_at: list[float] = field(default_factory=list)

    def paint(self) -> None:
        self.painted_at.append(self.loop.now_s - 1000)
        self.loop.now_s += self.cost_s


def easel(cost_s: float = 0.0) -> tuple[FakeLoop, Easel, Scheduler]:
    loop = FakeLoop()
    easel = Easel(loop, cost_s)
    return loop, easel, Scheduler(easel.paint, clock=loop.clock, call_later=loop.call_later)


def test_the_first_change_is_painted_at_once() -> None:
    _, easel_, scheduler = easel()
    scheduler.request()
    assert easel_.painted_at == [0]


def test_a_change_right_after_a_frame_waits_for_the_interval_and_then_needs_no_other() -> None:
    loop, easel_, scheduler = easel()
    scheduler.request()
    for _ in range(5):
        scheduler.request()
    loop.advance(10)
    assert easel_.painted_at == pytest.approx([0, INTERVAL_S])


def test_nothing_is_painted_when_nothing_changes() -> None:
    loop, easel_, scheduler = easel()
    scheduler.request()
    loop.advance(60)
    assert easel_.painted_at == [0]


def test_what_has_to_be_seen_at_once_does_not_wait() -> None:
    loop, easel_, scheduler = easel()
    scheduler.request()
    scheduler.request()
    scheduler.request(at_once=True)
    loop.advance(1)
    assert easel_.painted_at == [0, 0]


@pytest.mark.parametrize("cost_s", [0.001, 0.01, 0.1, 1.0])
def test_painting_takes_an_eighth_of_the_time_at_most(cost_s: float) -> None:
    loop, easel_, scheduler = easel(cost_s)
    while loop.now_s < 1000 + 200 * cost_s + 10:
        scheduler.request()
        loop.advance(0.001)
    busy_s = len(easel_.painted_at) * cost_s
    assert busy_s <= (loop.now_s - 1000) / 8 + cost_s
    assert len(easel_.painted_at) > 10


def test_a_busy_loop_that_starves_its_timers_still_paints() -> None:
    loop, easel_, scheduler = easel()
    for _ in range(100):
        scheduler.request()
        loop.now_s += 0.01  # no timer runs
    assert len(easel_.painted_at) == pytest.approx(1 / INTERVAL_S, abs=8)


def test_one_slow_frame_does_not_stop_the_next_for_long() -> None:
    loop, easel_, scheduler = easel(0.001)
    for _ in range(50):
        scheduler.request()
        loop.advance(0.05)
    easel_.cost_s = 0.03  # a lexer is loaded
    scheduler.request()
    easel_.cost_s = 0.001
    before = len(easel_.painted_at)
    scheduler.request()
    loop.advance(0.1)
    assert len(easel_.painted_at) == before + 1


def test_stopped_is_stopped() -> None:
    loop, easel_, scheduler = easel()
    scheduler.request()
    scheduler.request()
    scheduler.stop()
    scheduler.request(at_once=True)
    loop.advance(1)
    assert easel_.painted_at == [0]


def test_the_ticker_ticks_until_stopped() -> None:
    loop = FakeLoop()
    ticks: list[float] = []
    ticker = Ticker(
        lambda: ticks.append(loop.now_s - 1000), interval_s=0.125, call_later=loop.call_later
    )
    loop.advance(0.5)
    ticker.stop()
    loop.advance(5)
    assert ticks == [0.125, 0.25, 0.375, 0.5]
