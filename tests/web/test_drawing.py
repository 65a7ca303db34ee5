"""Bars, marks and axes: lengths that say what the figures say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reports.report import Credited, CreditRow, DayFigure
from tests.web import examples
from web.drawing.channels import SHAPES, Palette
from web.drawing.earned import draw_earned, draw_lines
from web.drawing.scales import percent, round_steps
from web.drawing.trend import draw_trend

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("top", "steps"),
    [
        (6810, [0, 2000, 4000, 6000, 8000]),
        (100, [0, 25, 50, 75, 100]),
        (7, [0, 2, 4, 6, 8]),
        (1, ["0", "0.25", "0.50", "0.75", "1.00"]),
        (0, [0, 1]),
        (-5, [0, 1]),
    ],
)
def test_an_axis_starts_at_zero_and_has_at_most_four_round_steps(top, steps):
    assert round_steps(Decimal(top)) == [Decimal(step) for step in steps]


@pytest.mark.parametrize("top", ["0.000001", "3", "99.99", "101", "123456789", "9999999999.999999"])
def test_every_axis_reaches_its_highest_bar(top):
    steps = round_steps(Decimal(top))
    assert steps[-1] >= Decimal(top) > steps[-2]
    assert 2 <= len(steps) <= 5


def test_percentages_read_the_same_in_every_language():
    assert percent(1, 3) == "33.33%"
    assert percent(Decimal(1), Decimal(2)) == "50%"
    assert percent(1, 0) == "0%"


def test_the_example_adds_up():
    report = examples.overview()
    total = report.attribution.total
    assert sum(day.revenue for day in report.days) == total.revenue == report.figures[0].value
    assert sum(day.conversions for day in report.days) == total.conversions == report.figures[1].value
    assert sum(day.revenue_before for day in report.days) == report.figures[0].before


def test_bars_are_as_high_as_their_days():
    days = [
        DayFigure(date(2026, 11, n), Decimal(money), 1, Decimal(50), 1) for n, money in ((1, 100), (2, 25), (3, -9))
    ]
    trend = draw_trend(days, compared=True, today=TODAY)
    assert [bar.height for bar in trend.bars] == ["100%", "25%", "0%"]
    assert {bar.mark for bar in trend.bars} == {"50%"}
    assert not any(bar.unfinished for bar in trend.bars)


def test_without_comparison_there_are_no_marks_and_the_scale_is_that_of_the_bars():
    days = [DayFigure(TODAY, Decimal(100), 1, Decimal(100_000), 1)]
    trend = draw_trend(days, compared=False, today=TODAY)
    assert trend.bars[0].height == "100%"
    assert trend.bars[0].mark is None


def test_before_the_first_conversion_there_is_nothing_to_compare_with():
    days = [replace(day, revenue_before=Decimal(0), conversions_before=0) for day in examples.days()]
    trend = draw_trend(days, compared=True, today=TODAY)
    assert not trend.compared
    assert {bar.mark for bar in trend.bars} == {None}


def test_only_the_day_that_is_not_over_is_unfinished():
    trend = draw_trend(examples.days(), compared=True, today=TODAY)
    assert [bar.figure.day for bar in trend.bars if bar.unfinished] == [TODAY]


@pytest.mark.parametrize("n", [1, 2, 7, 30, 31, 90, 365, 3700])
def test_days_under_the_axis_never_crowd(n):
    days = [replace(examples.days()[0], day=date.fromordinal(730_000 + i)) for i in range(n)]
    labels = draw_trend(days, compared=True, today=TODAY).labels
    assert 1 <= len(labels) <= 8
    assert 1 <= sum(not label.fine for label in labels) <= 3


def test_credited_and_unattributed_make_the_total():
    earned = draw_earned(examples.attribution(), Palette())
    assert earned.adds_up
    assert earned.credited.revenue == 135423
    assert earned.lines[0].length == "100%"
    assert round(earned.unattributed.share, 3) == Decimal("0.031")
    assert sum(line.share for line in earned.lines) + earned.unattributed.share == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "too_little", [Credited(Decimal("1819.9"), Decimal(139741)), Credited(Decimal(1820), Decimal(1))]
)
def test_the_check_is_gone_when_conversions_or_money_do_not_add_up(too_little):
    assert not draw_earned(examples.attribution(total=too_little), Palette()).adds_up


def test_nothing_earned_has_no_shares_and_no_bars():
    nothing = [CreditRow("Email", Decimal(3), Decimal(0), "Email"), CreditRow(None, Decimal(1), Decimal(-5), None)]
    lines = draw_lines(nothing, Decimal(0), Palette())
    assert [(line.length, line.share) for line in lines] == [("0%", None), ("0%", None)]


def test_channels_keep_their_colour_and_own_ones_take_theirs_in_the_order_of_the_rules():
    palette = Palette([{"channel": "Partners"}, {"channel": "Email"}, {"channel": "Podcasts"}, {"channel": "Partners"}])
    assert palette.style("Paid Search") == "ch-paid-search"
    assert palette.shape("Email") == "diamond"
    assert [palette.style(name) for name in ("Partners", "Podcasts", "Forgotten")] == [
        "ch-own-1",
        "ch-own-2",
        "ch-own-1",
    ]
    assert palette.shape("Podcasts") == "triangle"
    assert (palette.style(None), palette.shape(None)) == ("ch-several", "several")


def test_every_channel_there_is_has_a_shape():
    from tracking.core.channels import CHANNELS

    assert set(SHAPES) == set(CHANNELS)
