"""The sentence above a funnel or a pipeline."""

import pytest

from reports.catalogue.funnel_finding import StepSaid, find_bottleneck_sentence
from reports.catalogue.spans import span

NAMES = ("Awareness", "Interest", "Consideration", "Decision", "Won")
COUNTS = (1000, 620, 155, 110, 77)


def steps(counts=COUNTS, *, still_open=0):
    return [
        StepSaid(name, count, 9 * 86_400 if place else None, still_open)
        for place, (name, count) in enumerate(zip(NAMES, counts, strict=False))
    ]


def sentence(*args):
    found = find_bottleneck_sentence(*args)
    return f"{found.before}{found.stress}{found.after}"


def test_the_bottleneck_is_named_with_its_share_and_its_time():
    found = find_bottleneck_sentence(steps())
    assert found.stress == "Consideration is the bottleneck: 25% get there from Interest"
    assert found.deck == (
        "1,000 people began, 77 came to Won. Those who get to Consideration take 9 days from the step before (median)."
    )


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ((100, 100, 31, 9, 9), ", down from 31%."),
        ((100, 100, 20, 9, 9), ", up from 20%."),
        ((100, 100, 25, 9, 9), ", as before."),
        ((100, 0, 0, 0, 0), "."),
    ],
)
def test_the_period_before_says_whether_it_got_better(before, said):
    assert sentence(steps(), steps(before)) == f"Consideration is the bottleneck: 25% get there from Interest{said}"


def test_who_still_has_time_is_no_fall():
    said = sentence(steps(still_open=4), steps((100, 100, 31, 9, 9)))
    assert said == "Consideration is the bottleneck: so far 25% get there from Interest, after 31%."
    assert "20 still have time to go on." in find_bottleneck_sentence(steps(still_open=4)).deck


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((), "There is no step yet."),
        ((0, 0), "Nobody came to Awareness in these days."),
        ((7,), "7 people came to Awareness."),
        ((1, 1), "1 person came to Interest."),
    ],
)
def test_without_a_bottleneck_nothing_is_made_up(counts, said):
    assert sentence(steps(counts)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5_399, "90 min"), (7_200, "2 h"), (129_600, "2 days")],
)
def test_times_are_said_in_the_unit_that_fits(seconds, said):
    assert span(seconds) == said
