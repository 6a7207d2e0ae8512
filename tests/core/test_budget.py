"""`budget`: what is admitted, what is stopped, and by which estimate."""

import pytest

from streamchat.core.budget import USUAL_OUTPUT_TOKENS, Budget, expected_usage
from streamchat.core.errors import OverBudget
from streamchat.core.messages import Usage
from streamchat.core.spending import Reservation


def dollar_a_token(model: str, usage: Usage) -> float | None:
    if model != "known":
        return None
    return float((usage.prompt_tokens or 0) + (usage.output_tokens or 0))


def capped(usd: float | None, *, spent: float = 0.0, billed: bool = True) -> Budget:
    return Budget(dollar_a_token, cap_usd=usd, spent_usd=spent, billed=billed)


def test_a_turn_may_reach_the_cap_and_not_pass_it() -> None:
    capped(10, spent=4).admit("known", Usage(5, 1))
    with pytest.raises(OverBudget, match=r"about \$7\.00, and \$4\.00 of \$10\.00 is spent"):
        capped(10, spent=4).admit("known", Usage(6, 1))


def test_a_cap_that_cannot_be_kept_refuses() -> None:
    with pytest.raises(OverBudget, match=r"price of local is unknown.* \$10\.00 cannot"):
        capped(10).admit("local", Usage(1, 1))


def test_an_answer_is_stopped_when_it_passes() -> None:
    budget = capped(10, spent=4)
    held = budget.check("known", Usage(5, 1), Reservation())
    assert (held, budget.reserved_usd) == (Reservation(usd=6.0), 6.0)
    with pytest.raises(
        OverBudget, match=r"Stopped.*\$10\.00 \(about \$11\.00 is spent or reserved\)"
    ):
        budget.check("known", Usage(5, 2), held)
    budget.release(held)
    assert budget.reserved_usd == 0.0


def test_answers_that_arrive_together_cannot_pass_the_cap_together() -> None:
    budget = capped(10)
    one, other = budget.admit("known", Usage(2, 1)), budget.admit("known", Usage(2, 1))
    one = budget.check("known", Usage(2, 4), one)
    other = budget.check("known", Usage(2, 2), other)
    for held, so_far in ((one, Usage(2, 5)), (other, Usage(2, 3))):
        with pytest.raises(OverBudget, match=r"about \$11\.00 is spent or reserved"):
            budget.check("known", so_far, held)
    budget.charge("known", Usage(2, 1), 3.0, one)
    assert budget.check("known", Usage(2, 5), other).usd == 7.0


@pytest.mark.parametrize("budget", [capped(None), capped(1, billed=False)])
def test_without_a_cap_or_a_bill_nothing_is_refused(budget: Budget) -> None:
    assert not budget.binds
    budget.admit("local", Usage(10**9, 10**9))
    budget.check("known", Usage(10**9, 10**9), Reservation())


def test_charges_add_up_and_the_unknown_adds_nothing() -> None:
    budget = capped(2)
    for cost in (0.5, None, 0.25):
        budget.charge("known", Usage(1, 1), cost, Reservation())
    assert budget.format_spent() == "$0.7500 of $2.00"
    assert capped(None, spent=1.5).format_spent() == "$1.50"


def test_what_is_not_known_does_not_read_as_nothing_spent() -> None:
    assert Budget().format_spent() == "unknown"
    assert Budget(cap_usd=2).format_spent() == "unknown (the cap is $2.00)"
    unpriced = capped(None)
    unpriced.charge("known", Usage(1, 1), None, Reservation())
    assert unpriced.format_spent() == "unknown"


@pytest.mark.parametrize(
    ("cached", "caches", "split"),
    [
        (0, False, Usage(1000, 0, 0, 0)),
        (0, True, Usage(0, 0, 1000, 0)),
        (900, True, Usage(0, 0, 100, 900)),
        (5000, True, Usage(0, 0, 0, 1000)),
    ],
)
def test_the_input_is_read_from_the_cache_or_written_to_it(
    cached: int,
    caches: bool,
    split: Usage,
) -> None:
    expected = expected_usage(1000, cached_tokens=cached, caches=caches, replies=[])
    assert expected == Usage(
        split.input_tokens,
        USUAL_OUTPUT_TOKENS,
        split.cache_creation_input_tokens,
        split.cache_read_input_tokens,
    )


def test_an_answer_is_expected_to_be_as_long_as_those_before() -> None:
    def usual(*outputs: int | None) -> int | None:
        replies = [Usage(output_tokens=each) for each in outputs]
        expected = expected_usage(1, cached_tokens=0, caches=False, replies=[*replies, None])
        return expected.output_tokens

    assert usual(10, 20) == 1000
    assert usual(3000, None, 5000) == 4000
