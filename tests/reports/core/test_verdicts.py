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


@pytest.mark.parametrize(
    ("low", "high", "cost", "missing", "verdict"),
    [
        # What has won stays won, whatever is still to come.
        (120, 300, 100, 500, Verdict.WINS),
        (120, 300, 100, None, Verdict.WINS),
        # Were all that is still to come its own, it would not have lost: nobody can say yet.
        (20, 80, 100, 30, Verdict.TOO_EARLY),
        (0, 0, 100, None, Verdict.TOO_EARLY),
        (80, 300, 100, 30, Verdict.TOO_EARLY),
        # Even then it would have.
        (20, 80, 100, 10, Verdict.LOSES),
        (80, 300, 100, 10, Verdict.DEPENDS),
        (20, 80, 0, None, Verdict.NO_SPEND),
    ],
)
def test_a_verdict_stands_only_if_what_is_still_to_come_cannot_turn_it(low, high, cost, missing, verdict):
    missing = None if missing is None else D(missing)
    assert judge(D(low), D(high), D(cost), journeys=50, needed=30, missing=missing) is verdict
