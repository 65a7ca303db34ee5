"""Whether what was paid came back, as a table."""

from decimal import Decimal as D

import pytest

from reports.core.verdicts import Verdict, judge


@pytest.mark.parametrize(
    ("low", "high", "cost", "journeys", "verdict"),
    [
        (120, 300, 100, 50, Verdict.WINS),
        (80, 300, 100, 50, Verdict.DEPENDS),
        (100, 300, 100, 50, Verdict.DEPENDS),
        (20, 80, 100, 50, Verdict.LOSES),
        (20, 100, 100, 50, Verdict.DEPENDS),
        (20, 80, 0, 50, Verdict.NO_SPEND),
        (20, 80, None, 50, Verdict.UNKNOWN),
        (120, 300, 100, 29, Verdict.TOO_FEW),
        (0, 0, 100, 0, Verdict.LOSES),
        (0, 0, 0, 3, Verdict.NO_SPEND),
    ],
)
def test_a_cost_is_held_against_the_least_and_the_most_generous_model(low, high, cost, journeys, verdict):
    cost = None if cost is None else D(cost)
    assert judge(D(low), D(high), cost, journeys=journeys, needed=30) is verdict
