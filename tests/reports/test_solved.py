"""Markov and Shapley through the API, over events that were really derived and filled."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import actions
from accounts.models import Scope
from accounts.tenancy import workspace_scope
from attribution.actions import changed_days_of, fill_days
from tests.tracking.core.given import NOON, order, page, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import change_settings

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
EMAIL = tagged("spring")
SEARCH = tagged("brand", source="google", medium="cpc")


class Integrator:
    """A shop whose people walk paths of landing pages, and the report its integrator reads."""

    def __init__(self) -> None:
        self.shop: Shop = open_shop()
        self.secret = actions.create_api_token(self.shop.workspace.agency, scope=Scope.READ)[1]
        self.people = 0

    def walk(self, *urls: str, on: datetime = NOON, worth: float | None = None, times: int = 1) -> list[str]:
        """People who land on these pages, an hour apart, and then order for `worth` if it is given."""
        names = []
        for _ in range(times):
            self.people += 1
            names.append(f"p{self.people}")
            visits = [page(names[-1], on + timedelta(hours=hour), url) for hour, url in enumerate(urls)]
            self.shop.post(visits)
            if worth is not None:
                self.order(names[-1], on + timedelta(hours=len(urls)), worth)
        return names

    def order(self, who: str, at: datetime, worth: float) -> None:
        self.shop.post([order(who, at, f"{who} {at}", revenue=worth)])

    def settle(self) -> None:
        """Derive and fill everything that waits."""
        self.shop.derive()
        with workspace_scope(self.shop.workspace):
            days = changed_days_of(self.shop.workspace)
        fill_days(self.shop.workspace, days)

    def ask(self, model: str, **query: str):
        days = {"start": "2026-03-01", "end": "2026-03-31"}
        return Client().get(
            f"/api/v1/workspaces/{self.shop.workspace.slug}/reports/attribution/",
            days | {"model": model} | query,
            headers={"Authorization": f"Bearer {self.secret}"},
        )

    def report(self, model: str, **query: str) -> dict:
        answer = self.ask(model, **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def credit(self, model: str, **query: str) -> dict[str, tuple[float, str]]:
        """{group: (conversions, revenue)}."""
        report = self.report(model, **query)
        return {row[report["group_by"]]: (row["conversions"], row["revenue"]) for row in report["rows"]}


@pytest.fixture
def shop() -> Integrator:
    return Integrator()


def tell_first_day(shop: Integrator) -> str:
    """A→conversion, A→B→conversion, B→nothing; the name of whom nothing became of."""
    shop.walk(EMAIL, worth=40)
    shop.walk(EMAIL, SEARCH, worth=60)
    return shop.walk(SEARCH)[0]


def test_markov_by_the_worked_example(shop):
    tell_first_day(shop)
    shop.settle()
    report = shop.report("markov_1")
    assert report["rows"] == [
        {"channel": "Email", "conversions": 1.2, "revenue": "60.000000"},
        {"channel": "Paid Search", "conversions": 0.8, "revenue": "40.000000"},
    ]
    assert report["unattributed"] == {"conversions": 0.0, "revenue": "0.000000"}
    assert report["total"] == {"conversions": 2.0, "revenue": "100.000000"}
    assert "removal effect" in report["formula"]
    assert report["notes"] == ["Journeys that have not led to this goal are counted as they are now."]


def test_markov_credits_of_days_do_not_add_up_but_their_paths_do(shop):
    tell_first_day(shop)
    shop.walk(SEARCH, on=NOON + DAY, worth=10)
    shop.walk(EMAIL, on=NOON + DAY, times=2)
    shop.settle()
    first = shop.credit("markov_1", end="2026-03-02")
    second = shop.credit("markov_1", start="2026-03-03")
    assert {name: credit for name, (credit, _) in first.items()} == {"Email": 1.2, "Paid Search": 0.8}
    assert {name: credit for name, (credit, _) in second.items()} == {"Paid Search": 1.0}
    both = {name: credit for name, (credit, _) in shop.credit("markov_1").items()}
    assert both == {"Email": pytest.approx(15 / 11, abs=1e-9), "Paid Search": pytest.approx(18 / 11, abs=1e-9)}
    assert sum(both.values()) == pytest.approx(3, abs=1e-12)


def test_shapley_splits_a_conversion_over_its_distinct_channels(shop):
    shop.walk(EMAIL, SEARCH, EMAIL, worth=100)
    shop.walk(SEARCH, EMAIL)
    shop.settle()
    assert shop.credit("shapley") == {"Email": (0.5, "50.000000"), "Paid Search": (0.5, "50.000000")}
    assert shop.credit("linear")["Email"] == (0.666666667, "66.666667")
    assert shop.report("shapley")["notes"] == []


def test_the_second_order_tells_where_somebody_came_from(shop):
    shop.walk(EMAIL, SEARCH, worth=10)
    shop.walk(SEARCH)
    shop.walk(EMAIL)
    shop.settle()
    # Order 1: search converts one in two. Order 2: after an email always, at first never.
    assert {name: credit for name, (credit, _) in shop.credit("markov_1").items()} == {
        "Email": pytest.approx(1 / 3),
        "Paid Search": pytest.approx(2 / 3),
    }
    assert {name: credit for name, (credit, _) in shop.credit("markov_2").items()} == {
        "Email": 0.5,
        "Paid Search": 0.5,
    }


def test_who_converts_after_all_leads_nowhere_no_longer_and_no_stored_day_was_touched(shop):
    late = tell_first_day(shop)
    shop.settle()
    shop.order(late, NOON + 20 * DAY, 5)
    shop.settle()
    first_day = {name: credit for name, (credit, _) in shop.credit("markov_1", end="2026-03-02").items()}
    assert first_day == {"Email": pytest.approx(4 / 3), "Paid Search": pytest.approx(2 / 3)}


def test_whoever_comes_back_takes_their_open_path_to_another_day(shop):
    late = tell_first_day(shop)
    shop.shop.tell(page(late, NOON + 3 * DAY, EMAIL))
    shop.settle()
    assert shop.credit("markov_1", end="2026-03-02")["Email"][0] == pytest.approx(4 / 3)
    # All of it again: now the path is B→A→nothing.
    whole = {name: credit for name, (credit, _) in shop.credit("markov_1").items()}
    assert whole == {"Email": pytest.approx(18 / 17), "Paid Search": pytest.approx(16 / 17)}


def test_what_no_touch_led_to_stands_apart(shop):
    tell_first_day(shop)
    shop.order("stranger", NOON, 7)
    shop.settle()
    for model in ("markov_1", "markov_2", "shapley"):
        report = shop.report(model)
        assert report["unattributed"] == {"conversions": 1.0, "revenue": "7.000000"}
        assert report["total"] == shop.report("linear")["total"] == {"conversions": 3.0, "revenue": "107.000000"}
        assert sum(row["conversions"] for row in report["rows"]) == pytest.approx(2, abs=1e-12)
        assert sum(float(row["revenue"]) for row in report["rows"]) == 100


def test_renamed_channels_count_at_once_without_a_fill(shop):
    tell_first_day(shop)
    shop.settle()
    rule = {"channel": "Partners", "all": [{"field": "source", "op": "equals", "value": "news"}]}
    change_settings(shop.shop.workspace, {"channel_rules": [rule]})
    assert {name: credit for name, (credit, _) in shop.credit("markov_1").items()} == {
        "Partners": 1.2,
        "Paid Search": 0.8,
    }


def test_the_largest_campaigns_stand_alone_and_the_rest_together(shop):
    for number in range(32):
        shop.walk(tagged(f"c{number:02}"), worth=1, times=1 + (number < 30))
    shop.walk("https://shop.example.test/", worth=1)
    shop.settle()
    for model in ("markov_1", "shapley"):
        credit = shop.credit(model, group_by="campaign")
        assert set(credit) == {*(f"c{number:02}" for number in range(30)), "(other)", None}
        assert credit["(other)"][0] == pytest.approx(2, abs=1e-6)
        report = shop.report(model, group_by="campaign")
        assert sum(round(row["conversions"] * 1e9) for row in report["rows"]) == 63 * 10**9
        assert "30 campaigns" in report["notes"][-1]
    with_one_channel = shop.report("shapley", group_by="campaign")
    assert with_one_channel["total"]["conversions"] == 63


@pytest.mark.parametrize("model", ["markov_1", "markov_2", "shapley"])
def test_other_groupings_are_refused(shop, model):
    shop.settle()
    answer = shop.ask(model, group_by="landing_page")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("group_by", "unsupported_grouping")
    assert "channel, campaign" in error["message"]
    assert shop.ask(model, group_by="campaign").json()["rows"] == []
    assert shop.ask(model.upper()).status_code == 400
