"""The page of returns, from spend and stored credit in the database to what is said."""

import re

import pytest

from tests.tracking.core.given import page
from tests.web.money import FEBRUARY, NEXT, fill_february, pay
from tests.web.people import NOW, given
from web.drawing.returns import draw_bar

pytestmark = pytest.mark.django_db
RETURNS = "/w/northwind-bikes/returns/"


@pytest.fixture
def february(northwind, goal):
    fill_february(northwind, goal)


def words(answer):
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", main, flags=re.S))
    return re.sub(r"\s+", " ", text)


def test_the_finding_names_what_each_euro_brought_and_who_lost(as_ada, february):
    said = words(as_ada.get(RETURNS, FEBRUARY))
    assert "Every €1.00 spent brought back €1.77. Paid Social lost €0.75 of each." in said
    assert "€1,100 was spent on 2 channels, to which the model Linear credits €1,950." in said


def test_the_key_figures_are_of_channels_with_spend(as_ada, northwind, february):
    said = words(as_ada.get(RETURNS, FEBRUARY))
    for part in ("Cost €1,100", "Revenue credited €1,950", "ROI 77%", "ROAS 1.77", "CPA €50.00"):
        assert part in said
    pay(northwind, NEXT | {"channel": "Display", "amount": 1_210})
    march = words(as_ada.get(RETURNS, NEXT))
    assert "Cost €1,210 +10.0% from €1,100" in march
    assert "ROI −100% 77% before" in march
    assert "77% before" not in words(as_ada.get(RETURNS, NEXT | {"compare": "none"}))


def test_rows_with_a_cost_come_first_and_best_first_with_their_sum(as_ada, february):
    said = words(as_ada.get(RETURNS, FEBRUARY))
    rows = [
        "Email Cost €100 Conversions 17.0",
        "Paid Social Cost €1,000 Conversions 5.0",
        "All with spend Cost €1,100 Conversions 22.0",
        "Organic Search Cost – b",
        "Unattributed – c",
        "Total Cost €1,100 Conversions 26.0",
    ]
    places = [said.index(row) for row in rows]
    assert places == sorted(places)
    assert "b No spend is known; dividing by nothing has no answer." in said


def test_the_total_is_checked_against_the_conversions_themselves(as_ada, northwind, goal, february):
    from accounts.tenancy import workspace_scope
    from tracking.models import Conversion

    assert "Equals the ledger: 26 conversions, €2,340.00 after refunds" in words(as_ada.get(RETURNS, FEBRUARY))
    with workspace_scope(northwind):
        Conversion.objects.of(northwind).filter(key="event:3").update(value_micros=0)
    assert "The ledger holds 26 conversions, €2,240.00" in words(as_ada.get(RETURNS, FEBRUARY))


def test_spend_that_the_grouping_does_not_name_stands_apart(as_ada, northwind, february):
    pay(northwind, {"channel": "Paid Social", "amount": 40})
    said = words(as_ada.get(RETURNS, FEBRUARY | {"group_by": "campaign"}))
    assert "Spend without a name here Cost €40.00" in said
    assert "Total Cost €1,140" in said
    assert "Cost €1,140" in said.split("What came back")[0]


@pytest.mark.parametrize("group_by", ["source", "medium", "source_medium", "content", "term", "landing_page"])
def test_every_grouping_can_be_shown(as_ada, february, group_by):
    assert "Equals the ledger" in words(as_ada.get(RETURNS, FEBRUARY | {"group_by": group_by}))


def test_models_that_know_no_sources_are_not_offered_there(as_ada, february):
    assert "model=shapley" in as_ada.get(RETURNS, FEBRUARY).content.decode()
    page = as_ada.get(RETURNS, FEBRUARY | {"group_by": "source"}).content.decode()
    assert "model=shapley" not in page
    assert "model=last_touch" in page


def test_without_spend_the_page_says_so_and_shows_dashes(as_ada, northwind, goal):
    from tests.web import money

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(money, "pay", lambda *_: None)
        fill_february(northwind, goal)
    said = words(as_ada.get(RETURNS, FEBRUARY))
    assert "No spend is known for these days." in said
    assert "a dash stands where the answer is not known" in said
    assert "0%" not in said.split("What came back")[1].replace("100%", "")


def test_a_workspace_without_events_is_led_to_the_tag(as_ada, goal):
    answer = as_ada.get(RETURNS)
    assert "No events yet" in words(answer)
    # Nothing was earned because nothing was sent: no sentence speaks of a zero.
    assert "€0" not in words(answer)
    assert 'href="/w/northwind-bikes/settings/install/"' in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_empty_period_leads_to_a_longer_one(as_ada, northwind, goal):
    given(northwind, lambda shop: shop.post([page("?visitor", NOW, "https://northwind.example/")]))
    answer = as_ada.get(RETURNS)
    assert "Nothing was paid and nothing was earned in these days" in words(answer)
    assert 'href="?period=365d"' in answer.content.decode()


def test_the_table_can_be_taken_along(as_ada, february):
    answer = as_ada.get(RETURNS, FEBRUARY | {"export": "returns"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert lines[1].startswith("Email,100.000000,17.000000000,1700.000000,0,,5.882353,16.0,17.0")
    assert lines[-1].startswith("Total,1100.000000,26,2340.000000")


def test_no_more_than_thirty_questions_to_the_database(as_ada, february, django_assert_max_num_queries):
    as_ada.get(RETURNS, FEBRUARY)
    for query in ({}, {"group_by": "campaign"}, {"model": "markov_2", "group_by": "campaign"}):
        with django_assert_max_num_queries(30):
            assert as_ada.get(RETURNS, FEBRUARY | query).status_code == 200


def test_long_lists_are_shown_in_pages(as_ada, northwind, goal):
    from datetime import date

    from accounts.tenancy import workspace_scope
    from tests.reports.given import a_day, a_mark

    with workspace_scope(northwind):
        marks = [a_mark(northwind, "Email", campaign=f"news-{n:02}") for n in range(60)]
        a_day(goal, date(2026, 2, 3), {mark: (1, 100 - place) for place, mark in enumerate(marks)})
    query = FEBRUARY | {"group_by": "campaign"}
    first, second = words(as_ada.get(RETURNS, query)), words(as_ada.get(RETURNS, query | {"cursor": "50"}))
    assert ("news-49" in first, "news-50" in first) == (True, False)
    assert ("news-49" in second, "news-50" in second) == (False, True)
    assert as_ada.get(RETURNS, query | {"cursor": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("roi", "left", "width", "cut"),
    [
        (0.5, "25%", "12.5%", False),
        (-0.5, "12.5%", "12.5%", False),
        (-1.0, "0%", "25%", False),
        (9, "25%", "75%", True),
    ],
)
def test_bars_diverge_from_zero_and_are_cut_at_the_end_of_the_scale(roi, left, width, cut):
    bar = draw_bar(roi)
    assert (bar.left, bar.width, bar.cut) == (left, width, cut)


def test_names_from_outside_stay_text(as_ada, northwind, goal):
    from datetime import date

    from accounts.tenancy import workspace_scope
    from tests.reports.given import a_day, a_mark

    with workspace_scope(northwind):
        a_day(goal, date(2026, 2, 3), {a_mark(northwind, "Email", campaign="<script>x"): (1, 5)})
    page = as_ada.get(RETURNS, FEBRUARY | {"group_by": "campaign"}).content.decode()
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert " style=" not in page
