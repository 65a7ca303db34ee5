"""What platforms claim beside what we credit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from reports.catalogue import returns_page
from reports.catalogue.params import parse_params
from reports.catalogue.returns_claims import judge_claim, list_claims
from tests.reports.given import a_day, a_goal, a_mark, a_path, a_workspace

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}


@pytest.mark.parametrize(
    ("difference", "state"),
    [(1.42, "over"), (0.151, "over"), (0.15, "agrees"), (-0.15, "agrees"), (-0.4, "under"), (None, "unknown")],
)
def test_claims_within_fifteen_per_cent_agree(difference, state):
    assert judge_claim(difference) == state


@pytest.fixture
def shop():
    """Social earns 1,000 with 10 conversions, search 2,000 with 20; six journeys met both."""
    workspace = a_workspace(currency="EUR")
    with workspace_scope(workspace):
        goal = a_goal(workspace)
        social, search = a_mark(workspace, "Paid Social"), a_mark(workspace, "Paid Search", source="bing")
        a_day(goal, date(2026, 2, 3), {social: (10, 1000), search: (20, 2000)})
        paths = {(social,): (7, 700), (search,): (17, 1700), (social, search): (6, 600)}
        a_path(goal, date(2026, 2, 3), paths)
        yield workspace


def pay(shop, *rows):
    whole = {**FEBRUARY, "currency": "EUR", "amount": 500}
    spends, wrongs = read_rows([whole | row for row in rows])
    assert wrongs == []
    put_spend(shop, spends)


def page_of(shop, **query):
    return returns_page.build(shop, parse_params(shop, FEBRUARY | query, now=NOW), NOW)


def test_a_claim_stands_beside_our_credit_with_what_journeys_show(shop):
    pay(
        shop,
        {"channel": "Paid Social", "claimed_conversions": 24, "claimed_value": 2420},
        {"channel": "Paid Search", "claimed_conversions": 21, "claimed_value": "2100"},
    )
    page = page_of(shop)
    social, search = page.claims
    assert (social.row.group, social.row.claim_difference, social.state) == ("Paid Social", 1.42, "over")
    # 7 alone and 6 together with search.
    assert social.seen == "It claims 24 conversions; 13 journeys met it at all."
    assert (search.row.claim_difference, search.state) == (0.05, "agrees")
    assert search.seen == "It claims 21 conversions of the 23 whose journeys met it; others met them too."
    assert "Paid Social’s platform claims €2,420 where we credit €1,000." in page.finding.deck


def test_where_a_row_of_spend_claims_nothing_its_group_does_not_either(shop):
    pay(shop, {"channel": "Paid Social", "claimed_value": 900}, {"channel": "Paid Social", "campaign": "spring"})
    assert page_of(shop).claims == []


def test_without_a_value_conversions_are_compared(shop):
    pay(shop, {"channel": "Paid Social", "claimed_conversions": 5})
    (claim,) = page_of(shop).claims
    assert (claim.row.claimed_value, claim.row.claim_difference, claim.state) == (None, -0.5, "under")


def test_a_claim_for_what_earned_nothing_has_nothing_to_compare(shop):
    pay(shop, {"channel": "Display", "claimed_conversions": 3, "claimed_value": 300})
    (claim,) = page_of(shop).claims
    assert (claim.row.revenue, claim.row.claim_difference, claim.state, claim.seen) == (D(0), None, "unknown", "")


def test_the_largest_difference_leads_whatever_its_direction(shop):
    pay(shop, {"channel": "Paid Social", "claimed_value": 1200}, {"channel": "Paid Search", "claimed_value": 500})
    rows = [claim.row for claim in page_of(shop).claims]
    assert [row.group for row in rows] == ["Paid Search", "Paid Social"]
    unknown = replace(rows[0], claim_difference=None)
    assert list_claims([unknown, rows[1]], {})[-1].row is unknown
