"""Which credit a row of spend stands against."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.core.matching import find_channel, find_group, sum_costs, tidy_spend
from campaigns.core.spend import Cost, Spend
from common.money import Rate
from common.periods import Period
from tracking.core.channels import ChannelRule, Condition

DAY = date(2026, 3, 1)
OWN = (ChannelRule("Partners", (Condition("source", "equals", "acme"),)),)


def spend(**what):
    return Spend(DAY, DAY, 10_000_000, what.pop("currency", "EUR"), **what)


@pytest.mark.parametrize(
    ("what", "channel"),
    [
        ({"source": "FB", "medium": "paid_social"}, "Paid Social"),
        ({"source": "google", "medium": "CPC"}, "Paid Search"),
        ({"source": "google", "medium": "cpc", "campaign": "Cross-Network 1"}, "Cross-network"),
        ({"source": "newsletter", "medium": "email"}, "Email"),
        ({"source": "m.facebook.com", "medium": "cpc"}, "Paid Social"),
        ({"source": "Acme", "medium": "cpc"}, "Partners"),
        ({"channel": " paid search "}, "Paid Search"),
        ({"channel": "partners"}, "Partners"),
        ({"channel": "Trade fair"}, "Trade fair"),
    ],
)
def test_channel(what, channel):
    assert find_channel(tidy_spend(spend(**what), OWN), OWN) == channel


def test_a_row_is_written_as_touches_are():
    tidy = tidy_spend(spend(source=" FB ", medium=" CPC", campaign=" Spring ", external_id=" 7 ", currency="eur"))
    assert (tidy.source, tidy.medium, tidy.campaign) == ("facebook", "cpc", "Spring")
    assert (tidy.external_id, tidy.currency, tidy.channel) == ("7", "EUR", None)
    dirty = tidy_spend(spend(channel="Trade\0 fair", campaign="a\0b", external_id="\0"))
    assert (dirty.channel, dirty.campaign, dirty.external_id) == ("Trade fair", "ab", None)
    blank = tidy_spend(spend(channel="Email", campaign="  ", external_id=" "))
    assert (blank.campaign, blank.external_id, blank.source) == (None, None, None)


@pytest.mark.parametrize(
    ("group_by", "of_pair", "of_channel"),
    [
        ("channel", "Paid Search", "Display"),
        ("source", "google", None),
        ("medium", "cpc", None),
        ("source_medium", "google / cpc", None),
        ("campaign", "brand", None),
        ("term", None, None),
    ],
)
def test_group(group_by, of_pair, of_channel):
    assert find_group(spend(source="google", medium="cpc", campaign="brand"), group_by) == of_pair
    assert find_group(spend(channel="Display"), group_by) == of_channel


def test_costs_by_group_add_up():
    rows = [
        spend(source="google", medium="cpc", campaign="brand", clicks=3),
        spend(source="google", medium="cpc", campaign="other"),
        spend(channel="Display", currency="USD"),
        Spend(date(2026, 2, 1), date(2026, 2, 28), 5, "EUR", "Email"),
    ]

    def find_rate(given, wanted, on):
        return Rate(Decimal(1), on) if given == wanted else None

    def sums(group_by):
        return sum_costs(rows, Period(DAY, DAY), group_by=group_by, currency="EUR", find_rate=find_rate)

    assert sums("channel") == {
        "Paid Search": Cost(20_000_000, clicks=3, rows=2),
        "Display": Cost(rows=1, days_without_rate=1),
    }
    assert set(sums("campaign")) == {"brand", "other", None}
