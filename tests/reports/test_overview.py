"""The overview: every figure the page shows, the sentence above them, and the states of emptiness."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import workspace_scope
from reports.catalogue import attribution, overview
from reports.catalogue.finding import find_nothing
from reports.catalogue.params import parse_params
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import Conversion, EventCount

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
QUERY = {"start": "2026-02-01", "end": "2026-02-28"}
DAY, BEFORE = date(2026, 2, 3), date(2026, 1, 6)


@pytest.fixture
def shop():
    workspace = a_workspace(currency="EUR")
    with workspace_scope(workspace):
        yield workspace


@pytest.fixture
def goal(shop):
    return a_goal(shop)


@pytest.fixture
def marks(shop):
    channels = {"Organic Search": {}, "Direct": {"source": "(direct)"}, "Email": {"source": "news"}}
    return {name: a_mark(shop, name, **parts) for name, parts in channels.items()}


def arrive(shop, events=1, at=datetime(2026, 2, 2, tzinfo=UTC)):
    EventCount.objects.create(workspace=shop, received_at=at, events=events)


def build(shop, **query):
    return overview.build(shop, parse_params(shop, QUERY | query, now=NOW), NOW)


def earn(goal, marks, day=DAY, unattributed=(0, 0), **revenue):
    earned = {marks[name.replace("_", " ")]: (1, value) for name, value in revenue.items()}
    a_day(goal, day, earned, unattributed=unattributed)


def test_it_holds_the_very_attribution_report(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Organic_Search=60, Direct=30, unattributed=(1, 10))
    report = build(shop)
    assert report.attribution == attribution.build(shop, parse_params(shop, QUERY, now=NOW), NOW)
    assert report.before.period.end == date(2026, 1, 31)
    assert report.before.total.revenue == 0


def test_figures_stand_beside_those_of_the_period_before(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Organic_Search=60, Direct=42, unattributed=(2, 10))
    earn(goal, marks, day=BEFORE, Direct=100)
    revenue, conversions, credited, average = build(shop).figures
    assert (revenue.kind, revenue.value, revenue.before) == ("money", D(112), D(100))
    assert revenue.change == pytest.approx(0.12)
    assert (conversions.value, conversions.before, conversions.change) == (4, 1, 3)
    assert (credited.kind, round(credited.value, 6), credited.before) == ("share", round(D(102) / 112, 6), 1)
    assert (average.value, average.before) == (28, 100)


def test_the_credited_share_is_the_one_the_sentence_names(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Organic_Search=60, Direct=30, unattributed=(2, 10))
    report = build(shop)
    assert report.figures[2].value == D("0.9")
    assert "90% is credited" in report.finding.deck


def test_a_single_day_is_called_a_day(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Organic_Search=30, Direct=28, Email=25)
    finding = build(shop, start=str(DAY), end=str(DAY)).finding
    assert (finding.stress, finding.after) == ("No channel stands out", " on this day.")
    nothing = find_nothing("nothing_in_period", goal_name="purchase", goal_event="Order Completed", events=1, days=1)
    assert nothing.before == "No conversion of ‘purchase’ on this day."


def test_growth_from_nothing_is_new_and_no_percentage(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Direct=100)
    for figure in build(shop).figures:
        assert (figure.change, figure.note) == (None, "new")


def test_every_day_stands_beside_the_same_day_of_the_period_before(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Direct=100)
    earn(goal, marks, day=BEFORE, Email=40)
    days = build(shop).days
    assert len(days) == 28
    assert [day for day in days if day.conversions or day.conversions_before] == [
        overview.DayFigure(DAY, D(100), 1, D(40), 1)
    ]


def test_campaigns_wear_their_channel_and_are_cut_at_six(shop, goal):
    arrive(shop)
    marks = {a_mark(shop, "Email", campaign=f"c{n}"): (1, n) for n in range(8)}
    a_day(goal, DAY, marks | {a_mark(shop, "Direct"): (1, 100)})
    report = build(shop)
    assert [(row.group, row.channel) for row in report.campaigns] == [(f"c{n}", "Email") for n in (7, 6, 5, 4, 3, 2)]
    assert report.campaigns_in_all == 8


@pytest.mark.parametrize(
    ("now", "before", "sentence", "stress"),
    [
        ({"Organic_Search": 60, "Direct": 52}, {"Direct": 100}, "Revenue grew 12%. Organic Search and Direct lead.", 2),
        ({"Organic_Search": 88}, {"Direct": 100}, "Revenue fell 12%. Organic Search leads.", 1),
        ({"Organic_Search": 100}, {"Direct": 100}, "Revenue held steady. Organic Search leads.", 1),
        ({"Organic_Search": 100}, {}, "Revenue is new. Organic Search leads.", 1),
        (
            {"Organic_Search": 34, "Direct": 33, "Email": 33},
            {"Direct": 50},
            "Revenue grew 100%. No channel stands out in these 28 days.",
            0,
        ),
        ({"Organic_Search": 0, "Direct": 0}, {}, "Conversions are new. Direct and Organic Search lead.", 2),
    ],
)
def test_the_finding_says_what_the_data_hold(shop, goal, marks, now, before, sentence, stress):
    arrive(shop)
    earn(goal, marks, **now)
    if before:
        earn(goal, marks, day=BEFORE, **before)
    finding = build(shop).finding
    assert finding.before + finding.stress + finding.after == sentence
    assert finding.stress in sentence
    assert finding.stress
    assert "purchase" in finding.deck


def test_the_deck_is_the_evidence(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Organic_Search=900, Direct=300, unattributed=(1, 300))
    earn(goal, marks, day=BEFORE, Direct=100)
    assert build(shop).finding.deck == (
        "€1,500 from 3 conversions of ‘purchase’; €100.00 in the period before. "
        "80% is credited; under Linear, Organic Search earned 75% of that."
    )


def test_nobody_leads_where_nothing_is_credited(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, unattributed=(2, 50))
    finding = build(shop).finding
    assert finding.before + finding.stress + finding.after == "Revenue is new. No conversion is credited to a channel."


def test_a_channel_name_cannot_break_the_sentence(shop, goal):
    arrive(shop)
    a_day(goal, DAY, {a_mark(shop, "A|B {days} %(x)s <b>"): (1, 5)})
    assert build(shop).finding.stress == "A|B {days} %(x)s <b>"


def test_empty_without_events(shop, goal):
    report = build(shop)
    assert report.empty == "no_events"
    assert report.finding.stress == "No events yet."


def test_empty_where_events_reach_no_goal(shop, goal):
    arrive(shop, events=211)
    arrive(shop, at=NOW)
    arrive(shop, at=datetime(2026, 1, 31, tzinfo=UTC))
    report = build(shop)
    assert (report.empty, report.events_in_period) == ("no_conversions", 212)
    assert "212 events" in report.finding.deck
    assert "Order Completed" in report.finding.deck


def test_empty_where_all_conversions_are_at_other_times(shop, goal):
    arrive(shop)
    Conversion.objects.create(
        workspace=shop, goal_id=goal.pk, key="1", person_id=1, at=NOW - timedelta(days=300), message_id="1"
    )
    assert build(shop).empty == "nothing_in_period"


def test_menus_list_what_there_is(shop, goal):
    arrive(shop)
    sign_up = a_goal(shop, "sign-up", "Signed Up")
    report = build(shop)
    assert [choice.value for choice in report.goals] == [str(goal.pk), str(sign_up.pk)]
    assert [choice.value for choice in report.models][:2] == ["first_touch", "last_touch"]
    assert all(choice.title and choice.explained for choice in report.models)


def test_a_page_asks_few_questions(shop, goal, marks):
    arrive(shop)
    earn(goal, marks, Direct=100)
    params = parse_params(shop, QUERY, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        overview.build(shop, params, NOW)
    assert len(asked) <= 15
