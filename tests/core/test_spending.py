"""The spending log's records and sums, the caps, and the rates that the user gives."""

import pytest

from streamchat.core.budget import Budget
from streamchat.core.errors import OverBudget
from streamchat.core.messages import Usage
from streamchat.core.rates import Rates, read_rates
from streamchat.core.spending import (
    RESERVED_S,
    Charge,
    Entry,
    Released,
    Reservation,
    Reserved,
    format_entry,
    local_day,
    parse_entry,
    spent_on_day,
    sum_by,
)

NOON = 1_790_000_000.0
DAY_S = 86_400.0
USED = Usage(input_tokens=10, output_tokens=5)
ENTRIES: list[Entry] = [
    Charge(NOON, "a", USED, 0.25),
    Charge(NOON, "b", USED, None, "r1"),
    Reserved(NOON, "r1", 0.5),
    Released(NOON, "r1"),
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_record_survives_its_line(entry: Entry) -> None:
    line = format_entry(entry)
    assert line.isascii()
    assert "\n" not in line
    assert parse_entry(line) == entry


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[" * 100_000,
        "[]",
        '{"at": 1}',
        '{"at": "x", "release": "r"}',
        '{"at": 1, "reserve": "r"}',
        '{"at": 1, "reserve": "r", "usd": -1}',
        '{"at": 1e400, "release": "r"}',
        f'{{"at": {"9" * 500}, "release": "r"}}',
        '{"at": 1, "reserve": "r", "usd": NaN}',
        '{"at": 1, "model": 3, "usage": {}}',
    ],
)
def test_a_damaged_line_is_no_record(line: str) -> None:
    assert parse_entry(line) is None


def test_a_charge_with_an_absurd_price_counts_as_unpriced() -> None:
    entry = parse_entry(f'{{"at": 1, "model": "m", "usage": {{}}, "usd": {"9" * 400}}}')
    assert entry == Charge(1.0, "m", Usage(), None)


def test_a_day_holds_its_charges_and_what_is_held_back() -> None:
    entries: list[Entry] = [
        Charge(NOON - 2 * DAY_S, "a", USED, 100.0),
        Charge(NOON, "a", USED, 1.0),
        Charge(NOON, "a", USED, None),
        Reserved(NOON, "charged", 10.0),
        Charge(NOON, "a", USED, 2.0, "charged"),
        Reserved(NOON, "released", 10.0),
        Released(NOON, "released"),
        Reserved(NOON, "open", 0.5),
        Reserved(NOON - RESERVED_S, "of a dead process", 10.0),
    ]
    assert spent_on_day(entries, NOON) == 3.5


def test_sums_by_day_month_and_model() -> None:
    charges = [
        Charge(NOON, "cheap", USED, 0.5),
        Charge(NOON, "dear", USED, 2.0),
        Charge(NOON - 40 * DAY_S, "cheap", USED, None),
    ]
    days = sum_by("day", charges)
    assert [day.label for day in days] == [local_day(NOON), local_day(NOON - 40 * DAY_S)]
    assert [(day.replies, day.usd, day.unpriced) for day in days] == [(2, 2.5, 0), (1, 0.0, 1)]
    assert days[0].usage == USED.plus(USED)
    assert [month.label for month in sum_by("month", charges)] == [
        local_day(NOON)[:7],
        local_day(NOON - 40 * DAY_S)[:7],
    ]
    assert [model.label for model in sum_by("model", charges)] == ["dear", "cheap"]


# The caps


class Log:
    """A spending log of one other process that has spent a dollar today."""

    def __init__(self) -> None:
        self.held: dict[str, float] = {}
        self.charged: list[tuple[float | None, str]] = []

    def reserve(self, usd: float, *, cap_usd: float) -> Reservation:
        if 1.0 + usd > cap_usd:
            raise OverBudget("the day")
        self.held["r"] = usd
        return Reservation("r", usd)

    def extend(self, held: Reservation, usd: float, *, cap_usd: float) -> Reservation:
        return self.reserve(usd, cap_usd=cap_usd)

    def release(self, reservation: Reservation) -> None:
        del self.held[reservation.id]

    def charge(self, model: str, usage: Usage, usd: float | None, reserved: str) -> None:
        self.held.pop(reserved, None)
        self.charged.append((usd, reserved))


def dollar_a_token(model: str, usage: Usage) -> float | None:
    return float((usage.prompt_tokens or 0) + (usage.output_tokens or 0))


def test_turns_that_run_at_once_cannot_pass_the_cap_together() -> None:
    budget = Budget(dollar_a_token, cap_usd=10)
    first = budget.admit("m", Usage(5, 1))
    with pytest.raises(OverBudget):
        budget.admit("m", Usage(4, 1))
    budget.charge("m", Usage(1, 1), 2.0, first)
    budget.release(budget.admit("m", Usage(7, 1)))
    assert (budget.spent_usd, budget.reserved_usd) == (2.0, 0.0)


def test_the_caps_of_the_day_counts_what_other_processes_spend() -> None:
    log = Log()
    budget = Budget(dollar_a_token, day_cap_usd=5, log=log)
    assert budget.binds
    with pytest.raises(OverBudget, match="the day"):
        budget.admit("m", Usage(4, 1))
    reservation = budget.admit("m", Usage(3, 1))
    assert log.held == {"r": 4.0}
    assert budget.check("m", Usage(3, 1), reservation) == reservation
    with pytest.raises(OverBudget, match="the day"):
        budget.check("m", Usage(4, 1), reservation)
    budget.charge("m", Usage(3, 1), 4.0, reservation)
    assert (log.held, log.charged) == ({}, [(4.0, "r")])
    budget.release(budget.admit("m", Usage(3, 1)))
    assert log.held == {}


def test_every_reply_is_logged_and_the_demo_is_not() -> None:
    log = Log()
    Budget(dollar_a_token, log=log).charge("m", USED, None, Reservation())
    Budget(dollar_a_token, log=log, billed=False).charge("m", USED, None, Reservation())
    assert log.charged == [(None, "")]


# The user's rates


def test_rates_price_each_kind_of_token() -> None:
    rates = read_rates({"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75})
    usage = Usage(1_000_000, 100_000, 2_000_000, 4_000_000)
    assert rates.price(usage) == pytest.approx(3 + 1.5 + 2 * 3.75 + 4 * 0.3)
    assert rates.price(Usage()) is None
    assert read_rates({"input": 2, "output": 1}) == Rates(2, 1, 2, 2, 10)


def test_rates_price_searches() -> None:
    usage = Usage(1_000_000, 0, web_searches=3)
    assert read_rates({"input": 3, "output": 15}).price(usage) == pytest.approx(3.03)
    own = read_rates({"input": 3, "output": 15, "search": 25})
    assert own.price(usage) == pytest.approx(3.075)
    assert own.price(Usage(0, 0)) == 0.0


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({}, "give input and output"),
        ({"input": 1}, "give input and output"),
        ({"input": 1, "output": 1, "cache": 1}, "unknown key 'cache'"),
        ({"input": -1, "output": 1}, "input must be dollars"),
        ({"input": "3", "output": 1}, "input must be dollars"),
        ({"input": True, "output": 1}, "input must be dollars"),
        ({"input": float("nan"), "output": 1}, "input must be dollars"),
        ({"input": 10**400, "output": 1}, "input must be dollars"),
        ({"input": 1, "output": 1, "search": -1}, "search must be dollars per 1,000 searches"),
    ],
)
def test_rates_that_make_no_sense_are_refused(table: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_rates(table)
