"""Workspaces over the API: made, listed, read and changed."""

import pytest

from accounts.authentication import find_token
from accounts.keys import digest_of
from accounts.models import Scope, Workspace, WriteKey
from accounts.tenancy import workspace_scope
from tests.api.cast import Caller, a_shop, a_token, an_agency, check_error
from tracking.models import Goal

pytestmark = pytest.mark.django_db


def rule_of(*conditions):
    """A channel rule of (field, op, value)."""
    return {"channel": "Partners", "all": [dict(zip(("field", "op", "value"), c, strict=True)) for c in conditions]}


def test_a_new_workspace_has_the_usual_settings_a_write_key_and_a_goal(manager):
    answer = manager.post("workspaces/", {"name": "Northwind Bikes"})
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json()
    key = WriteKey.objects.get(digest=digest_of(made.pop("write_key")))
    workspace = Workspace.objects.get(slug="northwind-bikes")
    assert key.workspace == workspace
    assert made.pop("created_at").endswith("Z")
    assert made == {
        "id": "northwind-bikes",
        "site_id": workspace.pk,
        "name": "Northwind Bikes",
        "timezone": "UTC",
        "currency": "USD",
        "own_domains": [],
        "lookback_days": 90,
        "half_life_days": 7.0,
        "channel_rules": [],
        "manual_tags_override_click_ids": False,
        "ignored_referrers": None,
        "retention_days": None,
        "sealed_before": None,
    }
    with workspace_scope(workspace):
        assert list(Goal.objects.of(workspace).values_list("name", "event")) == [("purchase", "Order Completed")]


def test_settings_are_kept_in_one_way_of_writing(manager):
    rule = rule_of(("source", "contains", "partner"))
    given = {
        "name": "  Shop ",
        "timezone": "Europe/Amsterdam",
        "currency": "eur",
        "own_domains": ["https://www.Shop.example/", "shop.example", "*.münchen.example"],
        "lookback_days": 30,
        "half_life_days": 3.5,
        "channel_rules": [rule],
        "ignored_referrers": ["pay.example"],
    }
    made = manager.post("workspaces", given).json()
    assert made["name"] == "Shop"
    assert made["currency"] == "EUR"
    assert made["own_domains"] == ["shop.example", "xn--mnchen-3ya.example"]
    assert made["channel_rules"] == [rule]
    assert made["ignored_referrers"] == ["pay.example"]
    shown = manager.get(f"workspaces/{made['id']}/").json()
    assert shown.pop("refill") is None
    assert {**shown, "write_key": made["write_key"]} == made


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("name", "", "name"),
        ("name", "x" * 121, "name"),
        ("timezone", "Mars/Olympus", "timezone"),
        ("timezone", "../../etc/passwd", "timezone"),
        ("timezone", "localtime", "timezone"),
        ("currency", "XXZ", "currency"),
        ("currency", "EURO", "currency"),
        ("own_domains", ["shop.example", "not a domain"], "own_domains.1"),
        ("own_domains", "shop.example", "own_domains"),
        ("lookback_days", 0, "lookback_days"),
        ("lookback_days", 3651, "lookback_days"),
        ("lookback_days", True, "lookback_days"),
        ("lookback_days", 10**30, "lookback_days"),
        ("half_life_days", 0, "half_life_days"),
        ("half_life_days", True, "half_life_days"),
        ("half_life_days", "nan", "half_life_days"),
        ("retention_days", 29, "retention_days"),
        ("retention_days", "soon", "retention_days"),
        ("channel_rules", {}, "channel_rules"),
        ("channel_rules", [rule_of()], "channel_rules.0.all"),
        (
            "channel_rules",
            [rule_of(("source", "equals", "x"), ("source", "is", "x"))],
            "channel_rules.0.all.1.op",
        ),
        ("channel_rules", [rule_of(("source", "regex", "("))], "channel_rules.0.all.0.value"),
        ("ignored_referrers", [None], "ignored_referrers.0"),
        ("manual_tags_override_click_ids", "perhaps", "manual_tags_override_click_ids"),
    ],
)
def test_what_is_wrong_is_named(manager, shop, field, value, named):
    for answer in (
        manager.post("workspaces/", {"name": "Shop", field: value}),
        manager.patch(f"workspaces/{shop.slug}/", {field: value}),
    ):
        assert answer.status_code == 400
        body = check_error(answer)
        assert [error["field"] for error in body["errors"]] == [named]
    assert Workspace.objects.count() == 1


def test_all_that_is_wrong_is_named_at_once(manager):
    body = check_error(manager.post("workspaces/", {"currency": "?", "lookback_days": "many"}))
    assert {error["field"] for error in body["errors"]} == {"name", "currency", "lookback_days"}
    assert (body["type"], body["code"]) == ("validation_error", "invalid")


def test_the_list_is_paged_by_a_cursor(manager, agency):
    made = [a_shop(agency, name=f"Shop {n}").slug for n in range(5)]
    a_shop(an_agency("Others"), name="Theirs")
    seen, path = [], "workspaces/?limit=2"
    while path:
        page = manager.get(path).json()
        assert len(page["results"]) <= 2
        seen += [row["id"] for row in page["results"]]
        path = page["next"] and page["next"].removeprefix("http://testserver")
    assert seen == made


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("cursor=%00", "cursor"),
        ("cursor=zzzz", "cursor"),
        ("cursor=é", "cursor"),
        ("cursor=YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk=", "cursor"),
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(manager, query, field):
    assert [error["field"] for error in check_error(manager.get(f"workspaces/?{query}"))["errors"]] == [field]


def test_a_workspaces_token_lists_its_own_and_makes_none(agency, shop):
    a_shop(agency, name="Sister")
    single = Caller(a_token(agency, workspace=shop))
    assert [row["id"] for row in single.get("workspaces/").json()["results"]] == [shop.slug]
    answer = single.post("workspaces/", {"name": "Mine"})
    assert (answer.status_code, check_error(answer)["code"]) == (403, "permission_denied")
    assert Workspace.objects.count() == 2


def test_a_change_of_one_setting_leaves_the_others(manager, shop):
    answer = manager.patch(f"workspaces/{shop.slug}", {"name": "Renamed"})
    assert answer.status_code == 200
    shop.refresh_from_db()
    assert (shop.name, shop.lookback_days, shop.slug) == ("Renamed", 90, "shop")


def test_what_names_a_workspace_cannot_be_changed(manager, shop):
    assert manager.patch(f"workspaces/{shop.slug}/", {"id": "other", "site_id": 7}).status_code == 200
    shop.refresh_from_db()
    assert shop.slug == "shop"


def test_the_last_use_of_a_token_is_noted_at_most_once_a_minute(agency, shop):
    secret = a_token(agency, scope=Scope.READ)
    caller = Caller(secret)
    caller.get("workspaces/")
    first = find_token(secret).last_used_at
    assert first is not None
    caller.get("workspaces/")
    assert find_token(secret).last_used_at == first
