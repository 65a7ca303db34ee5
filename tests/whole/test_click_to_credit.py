"""Events posted at one end, figures read at the other: the same in API and page."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.whole.agency import Shop

NOW = datetime.now(UTC).replace(microsecond=0)


def tell_the_story(shop: Shop) -> None:
    """A blog visit from organic search, a TikTok ad click 21 days later, then an order of 80."""
    click = NOW - timedelta(hours=2)
    shop.page("ann", click - timedelta(days=21), referrer="https://www.google.com/")
    shop.page("ann", click, query="utm_source=tiktok&utm_medium=cpc&ttclid=T1")
    shop.order("ann", click + timedelta(seconds=1), "o-1", 80)


def test_the_story_of_the_blog_visit_and_the_tiktok_click(shop: Shop):
    tell_the_story(shop)
    shop.wait_until_caught_up(accepted=3)
    assert shop.revenue_by("channel", "linear") == {"Organic Search": 40, "Paid Social": 40}
    assert shop.revenue_by("channel", "position_based") == {"Organic Search": 40, "Paid Social": 40}
    assert shop.revenue_by("channel", "first_touch") == {"Organic Search": 80}
    assert shop.revenue_by("channel", "last_touch") == {"Paid Social": 80}
    assert shop.revenue_by("channel", "last_non_direct") == {"Paid Social": 80}
    decayed = shop.revenue_by("channel", "time_decay")
    assert decayed["Organic Search"] == pytest.approx(80 / 9, abs=0.001)
    assert decayed["Paid Social"] == pytest.approx(80 * 8 / 9, abs=0.001)


def test_every_grouping_adds_up_to_the_same_total(shop: Shop):
    tell_the_story(shop)
    shop.order("nobody-saw-bob", NOW - timedelta(hours=1), "o-2", 19.99)
    shop.wait_until_caught_up(accepted=4)
    for group in ["channel", "source", "medium", "campaign", "content", "term", "source_medium", "landing_page"]:
        report = shop.report("time_decay", group_by=group)
        rows = sum(float(row["revenue"]) for row in report["rows"])
        assert rows + float(report["unattributed"]["revenue"]) == pytest.approx(99.99, abs=1e-6), group
        assert report["total"]["revenue"] == "99.990000"
        assert report["unattributed"]["conversions"] == 1


def test_a_visit_that_arrives_after_its_order_changes_the_stored_day(shop: Shop):
    at = NOW - timedelta(hours=3)
    shop.order("cleo", at, "o-1", 50)
    shop.wait_until_caught_up(accepted=1)
    assert shop.report()["unattributed"]["revenue"] == "50.000000"
    shop.page("cleo", at - timedelta(days=2), query="utm_source=newsletter&utm_medium=email")
    shop.wait_until_caught_up(accepted=2)
    assert shop.revenue_by("channel", "linear") == {"Email": 50}


def test_a_changed_channel_rule_renames_what_is_stored(shop: Shop):
    tell_the_story(shop)
    shop.wait_until_caught_up(accepted=3)
    rule = {"channel": "Short Video", "all": [{"field": "source", "op": "equals", "value": "tiktok"}]}
    answer = shop.http.patch(f"/api/v1/workspaces/{shop.id}/", json={"channel_rules": [rule]})
    assert answer.status_code == 200, answer.text
    shop.wait_until_caught_up(accepted=3)
    assert shop.revenue_by("channel", "linear") == {"Organic Search": 40, "Short Video": 40}


def test_a_shorter_lookback_fills_the_days_again_and_says_so(shop: Shop):
    tell_the_story(shop)
    shop.wait_until_caught_up(accepted=3)
    answer = shop.http.patch(f"/api/v1/workspaces/{shop.id}/", json={"lookback_days": 20})
    assert answer.status_code == 200, answer.text
    assert answer.json()["refill"]["total"] >= 1
    shop.wait_until_caught_up(accepted=3)
    assert shop.revenue_by("channel", "linear") == {"Paid Social": 80}


def test_the_journey_of_a_person_is_told_in_order(shop: Shop):
    tell_the_story(shop)
    shop.wait_until_caught_up(accepted=3)
    journey = shop.get("people/ann/journey/")
    assert [touch["channel"] for touch in journey["touches"]] == ["Organic Search", "Paid Social"]
    assert journey["touches"][1]["click_ids"] == {"ttclid": "T1"}
    assert len(journey["conversions"]) == 1
    assert shop.http.get(f"/api/v1/workspaces/{shop.id}/people/unknown/journey/").status_code == 404
