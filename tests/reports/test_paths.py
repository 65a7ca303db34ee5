"""Top paths, time and length, and look-backs, over events that were really derived and filled."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.test import Client
from django.utils import timezone

from attribution.core.rules import RULES
from common.errors import Refusal
from reports.catalogue import attribution, look_back, timing, top_paths
from reports.catalogue.params import parse_params
from tests.reports.test_solved import DAY, EMAIL, SEARCH, Integrator
from tests.tracking.core.given import NOON, event, page, tagged
from tests.web.stages import STAGES
from tracking.actions import change_settings, set_pipeline

pytestmark = pytest.mark.django_db(transaction=True)
SOCIAL = tagged("autumn", "facebook", "paid_social")
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}
NOTHING = D(0)


def visit(shop, who, at, url):
    shop.shop.post([page(who, at, url)])


@pytest.fixture
def shop():
    """Seven orders.

    Two met social, then search; one social twice, then search; one search, social, search; two e-mail alone, an hour
    before; one nothing. In February one met e-mail.
    """
    shop = Integrator()
    shop.walk(SOCIAL, SEARCH, worth=100, times=2)
    shop.walk(SOCIAL, SOCIAL, SEARCH, worth=60)
    shop.walk(SEARCH, SOCIAL, SEARCH, worth=40)
    shop.walk(EMAIL, worth=10, times=2)
    shop.order("nobody", NOON, 7)
    shop.walk(EMAIL, on=NOON - 28 * DAY, worth=5)
    shop.settle()
    return shop


def params_of(shop, **query):
    return parse_params(shop.shop.workspace, MARCH | query, now=timezone.now())


def paths(shop, **query):
    with shop.shop.open():
        asked = top_paths.read_params(params_of(shop), query)
        return top_paths.build(shop.shop.workspace, asked, timezone.now())


def took(shop, **query):
    with shop.shop.open():
        return timing.build(shop.shop.workspace, params_of(shop, **query), timezone.now())


def looked(shop, **query):
    with shop.shop.open():
        return look_back.build(shop.shop.workspace, params_of(shop, **query), timezone.now())


def shown(report):
    return {row.path: (row.credited.conversions, row.credited.revenue) for row in report.rows}


def test_paths_with_repeats_as_one(shop):
    report = paths(shop)
    assert [row.path for row in report.rows] == [
        ("Paid Social", "Paid Search"),
        ("Email",),
        ("Paid Search", "Paid Social", "Paid Search"),
    ]
    first, email, _last = report.rows
    assert (first.credited.conversions, first.credited.revenue) == (3, D(260))
    assert first.share == D("0.428571")
    assert (email.credited.conversions, email.before.conversions, email.before.revenue) == (2, 1, D(5))
    assert (report.in_all, report.total.conversions, report.unattributed.revenue) == (3, 7, D(7))
    assert report.adds_up


def test_paths_with_repeats_kept_and_short_ones_left_out(shop):
    assert shown(paths(shop, repeats="keep")) == {
        ("Paid Social", "Paid Search"): (2, D(200)),
        ("Email",): (2, D(20)),
        ("Paid Social", "Paid Social", "Paid Search"): (1, D(60)),
        ("Paid Search", "Paid Social", "Paid Search"): (1, D(40)),
    }
    longer = paths(shop, steps="3")
    assert list(shown(longer)) == [("Paid Search", "Paid Social", "Paid Search")]
    assert (longer.others.conversions, longer.others_count) == (5, 2)
    assert longer.adds_up


def test_the_finding_of_paths_says_how_many_met_one_channel(shop):
    finding = paths(shop).finding
    assert finding.stress == "67% of conversions met more than one channel"
    assert finding.deck == "The most common path is Paid Social → Paid Search: 3 of 7 conversions."


@pytest.mark.parametrize(
    ("query", "field"), [({"repeats": "some"}, "repeats"), ({"steps": "0"}, "steps"), ({"steps": "x"}, "steps")]
)
def test_a_wrong_filter_of_paths_is_named(shop, query, field):
    with pytest.raises(Refusal) as refused:
        paths(shop, **query)
    assert refused.value.field == field


def test_time_from_the_first_touch_and_number_of_touches(shop):
    report = took(shop)
    # An hour between visits, and an hour to the order: 2 h twice, 3 h twice, 1 h twice.
    assert (report.time.median, report.time.nine_of_ten) == (2 * 3_600, 3 * 3_600)
    assert (report.length.median, report.length.nine_of_ten) == (2, 3)
    assert [(row.low, row.credited.conversions, row.share) for row in report.lengths] == [
        (1, 2, D("0.333333")),
        (2, 2, D("0.333333")),
        (3, 2, D("0.333333")),
    ]
    assert [row.up_to_here for row in report.lengths] == [D("0.333333"), D("0.666667"), D(1)]
    assert [(row.low, row.high, row.credited.conversions) for row in report.times] == [
        (0, 3_600, 0),
        (3_600, 86_400, 6),
    ]
    assert (report.unattributed.conversions, report.unattributed.revenue) == (1, D(7))
    assert (report.total.conversions, report.total.revenue) == (7, D(327))
    assert (report.time_before.median, report.lengths[0].before) == (3_600, 1)
    assert report.finding.stress == "Half of the conversions come within 2 h of the first touch"


def test_touches_before_the_look_back_and_after_the_conversion_take_no_part():
    shop = Integrator()
    visit(shop, "ada", NOON, SEARCH)
    visit(shop, "ada", NOON + 20 * DAY, EMAIL)
    shop.order("ada", NOON + 25 * DAY, 10)
    visit(shop, "ada", NOON + 26 * DAY, EMAIL)
    shop.settle()
    report = took(shop)
    assert (report.time.median, report.length.median) == (25 * 86_400, 2)
    change_settings(shop.shop.workspace, {"lookback_days": 10})
    shop.settle()
    report = took(shop)
    assert (report.time.median, report.length.median) == (5 * 86_400, 1)
    change_settings(shop.shop.workspace, {"lookback_days": 5})
    shop.settle()
    assert took(shop).length.median == 1, "the end of the look-back is inside it"


def test_time_and_length_count_what_stored_paths_count(shop):
    with shop.shop.open():
        stored = top_paths.build(
            shop.shop.workspace, top_paths.read_params(params_of(shop), {"repeats": "keep"}), timezone.now()
        )
    report = took(shop)
    by_length = {}
    for row in stored.rows:
        by_length[len(row.path)] = by_length.get(len(row.path), 0) + row.credited.conversions
    assert {row.low: row.credited.conversions for row in report.lengths} == by_length


@pytest.fixture
def slow_shop():
    """Ada met social 40 days, search 5 days and e-mail an hour before her order of 90; Bob e-mail 20 days before 30."""
    shop = Integrator()
    at = NOON + 20 * DAY
    for back, url in ((40 * DAY, SOCIAL), (5 * DAY, SEARCH), (timedelta(hours=1), EMAIL)):
        visit(shop, "ada", at - back, url)
    shop.order("ada", at, 90)
    visit(shop, "bob", at - 20 * DAY, EMAIL)
    shop.order("bob", at, 30)
    shop.settle()
    return shop


def test_each_look_back_credits_the_touches_inside_it(slow_shop):
    report = looked(slow_shop)
    assert report.lookbacks == [1, 7, 14, 30, 60, 90]
    credits = {row.channel: [credit.revenue for credit in row.credits] for row in report.rows}
    third = D(30)
    assert credits == {
        # A day: Ada's e-mail alone. A week: half each of 90. From 30 days on Bob's 30 too. From 60 days on social.
        "Email": [D(90), D(45), D(45), D(75), third + 30, third + 30],
        "Paid Search": [NOTHING, D(45), D(45), D(45), third, third],
        "Paid Social": [NOTHING, NOTHING, NOTHING, NOTHING, third, third],
    }
    assert [nobody.revenue for nobody in report.unattributed] == [D(30), D(30), D(30), NOTHING, NOTHING, NOTHING]
    assert report.adds_up
    assert report.total.revenue == D(120)


def test_the_finding_of_look_backs_says_what_is_found_and_who_gains(slow_shop):
    finding = looked(slow_shop).finding
    assert finding.stress == "A look-back of 7 days finds a touch for 50% of conversions"
    assert finding.after == ", 90 days for 100%."
    assert "Paid Social gains most from looking further back: €0.00 under 7 days, €30.00 under 90." in finding.deck
    assert "Paid Search loses most: €45.00 and €30.00." in finding.deck


@pytest.mark.parametrize("model", RULES)
def test_the_stored_look_back_gives_what_is_stored(slow_shop, model):
    set_pipeline(slow_shop.shop.workspace, STAGES)
    slow_shop.shop.post([event("track", "ada", NOON + 16 * DAY, name="Signed Up")])
    change_settings(slow_shop.shop.workspace, {"lookback_days": 45})
    slow_shop.settle()
    report = looked(slow_shop, model=model, goal="Order Completed")
    assert report.lookbacks == [1, 7, 14, 30, 45, 60, 90]
    with slow_shop.shop.open():
        asked = params_of(slow_shop, model=model, goal="Order Completed")
        stored = attribution.build(slow_shop.shop.workspace, asked, timezone.now())
    place = report.lookbacks.index(45)
    found = {row.channel: row.credits[place] for row in report.rows if row.credits[place].conversions}
    assert {name: (one.conversions, one.revenue) for name, one in found.items()} == {
        row.group: (row.conversions, row.revenue) for row in stored.rows
    }


def test_models_of_whole_paths_and_too_many_conversions_are_told(slow_shop, monkeypatch):
    with pytest.raises(Refusal) as refused:
        looked(slow_shop, model="markov_1")
    assert refused.value.field == "model"
    monkeypatch.setattr(look_back, "MOST_AT_ONCE", 1)
    report = looked(slow_shop)
    assert (report.too_many, report.rows) == (2, [])


def test_the_api_answers_the_same(slow_shop):
    def ask(name, **query):
        path = f"/api/v1/workspaces/{slow_shop.shop.workspace.slug}/reports/{name}/"
        answer = Client().get(path, MARCH | query, headers={"Authorization": f"Bearer {slow_shop.secret}"})
        return answer.status_code, answer.json()

    status, said = ask("paths", repeats="keep")
    assert status == 200
    assert said["rows"][0]["path"] in (["Email"], ["Paid Social", "Paid Search", "Email"])
    assert (said["total"]["conversions"], said["different_paths"]) == (2.0, 2)
    status, said = ask("timing")
    assert (status, said["time"]["median"], said["touches"]["nine_of_ten"]) == (200, 30 * 86_400, 3.0)
    assert sum(row["conversions"] for row in said["times"]) == 2
    status, said = ask("look-back")
    assert (status, said["lookbacks"], said["stored"]) == (200, [1, 7, 14, 30, 60, 90], 90)
    assert said["rows"][0]["credits"][0] == {"conversions": 1.0, "revenue": "90.000000"}
    assert ask("look-back", model="shapley")[0] == 400
    assert ask("paths", repeats="some")[0] == 400
