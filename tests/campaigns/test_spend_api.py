"""Spend over the API: what is stored, what takes whose place, what is left out and told."""

import threading
import time
from itertools import pairwise

import pytest
from django.db import connection

from accounts.tenancy import workspace_scope
from campaigns.models import Spend
from tests.api.cast import Caller, a_shop, a_token, an_agency, check_error

pytestmark = pytest.mark.django_db
SPEND = "workspaces/shop/spend/"


def row(start="2026-02-01", end="2026-02-28", amount="100.00", channel="Paid Search", **more):
    return {"start": start, "end": end, "amount": amount, "currency": "EUR", "channel": channel, **more}


def of(source, medium, **more):
    return row(channel=None, source=source, medium=medium, **more)


def put(caller, *rows):
    answer = caller.put(SPEND, {"rows": list(rows)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def stored(caller):
    answer = caller.get(SPEND)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_rows_are_stored_and_listed_as_touches_carry_their_words(manager, shop):
    given = of("FB", "CPC", campaign="Spring", impressions=1000, clicks=10, external_id="x-1")
    given |= {"claimed_conversions": "2.500000", "claimed_value": "310.000000"}
    assert put(manager, given, row(amount=12.5)) == {"created": 2, "replaced": 0, "rejected": []}
    first, second = stored(manager)
    assert first.pop("id") < second.pop("id")
    assert first == given | {"source": "facebook", "medium": "cpc", "amount": "100.000000"}
    names = ("source", "medium", "campaign", "impressions", "clicks", "external_id")
    nothing = dict.fromkeys((*names, "claimed_conversions", "claimed_value"))
    assert second == row(amount="12.500000") | nothing


def test_the_same_key_and_days_replace(manager, shop):
    put(manager, row(), row(channel="Email"))
    assert put(manager, row(amount=70, channel="paid search")) == {"created": 0, "replaced": 1, "rejected": []}
    assert {(kept["channel"], kept["amount"]) for kept in stored(manager)} == {
        ("Paid Search", "70.000000"),
        ("Email", "100.000000"),
    }


def test_the_same_external_id_replaces_wherever_it_was(manager, shop):
    put(manager, row(external_id="x-1"))
    moved = of("google", "cpc", start="2026-03-01", end="2026-03-02", external_id="x-1")
    assert put(manager, moved) == {"created": 0, "replaced": 1, "rejected": []}
    (kept,) = stored(manager)
    assert (kept["start"], kept["source"], kept["channel"]) == ("2026-03-01", "google", None)


def test_rows_that_overlap_are_told_and_the_others_stored(manager, shop):
    put(manager, row(external_id="x-1"))
    late, early, other = row("2026-02-28", "2026-03-05"), row("2026-01-01", "2026-02-01"), row(channel="Email")
    outcome = put(manager, late, other, early)
    assert (outcome["created"], outcome["replaced"]) == (1, 0)
    first, second = outcome["rejected"]
    assert {name: first[name] for name in ("row", "field", "code")} == {
        "row": 0,
        "field": "rows.0.start",
        "code": "overlap",
    }
    assert "‘x-1’, a row of Paid Search for" in first["message"]
    assert "2026-02-01 to 2026-02-28" in first["message"]
    assert (second["row"], second["field"]) == (2, "rows.2.start")
    assert {kept["channel"] for kept in stored(manager)} == {"Paid Search", "Email"}


def test_an_overlap_says_what_the_other_row_is_for(manager, shop):
    put(manager, of("google", "cpc", campaign="Spring"))
    (told,) = put(manager, of("google", "cpc", campaign="Spring", start="2026-02-28", end="2026-03-05"))["rejected"]
    assert "a row of google / cpc, campaign Spring for 2026-02-01 to 2026-02-28" in told["message"]


def test_the_day_after_is_no_overlap_and_nor_is_another_campaign(manager, shop):
    put(manager, row())
    outcome = put(manager, row("2026-03-01", "2026-03-01"), row("2026-02-10", "2026-02-11", campaign="spring"))
    assert outcome == {"created": 2, "replaced": 0, "rejected": []}


def test_a_row_that_is_wrong_keeps_all_of_them_out(manager, shop):
    answer = manager.put(SPEND, {"rows": [row(), row(channel="Email", amount="much"), 7, row(currency="QQQ")]})
    assert answer.status_code == 400
    told = {error["field"]: error["code"] for error in check_error(answer)["errors"]}
    assert told == {"rows.1.amount": "invalid", "rows.2": "invalid", "rows.3.currency": "unknown_currency"}
    assert stored(manager) == []


@pytest.mark.parametrize(
    "body", [{}, {"rows": None}, {"rows": {}}, {"rows": "x"}, [], None, 7, {"rows": [{}] * 10_001}]
)
def test_a_body_without_a_list_of_rows_is_refused(manager, shop, body):
    answer = manager.put(SPEND, body)
    assert answer.status_code == 400
    assert [error["field"] for error in check_error(answer)["errors"]] == ["rows"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"rows": [' + b"{}," * 900_000 + b"{}]}",
        b"[" * 3_000_000,
        b'{"rows": [' + b"1," * 1_500_000 + b"1]}",
        b" " * 4_000_001,
    ],
    ids=["rows", "brackets", "values", "bytes"],
)
def test_a_flood_is_turned_away_before_it_is_read(manager, shop, body):
    started = time.process_time()
    answer = manager.call("PUT", SPEND, body)
    assert (answer.status_code, check_error(answer)["code"]) == (413, "too_large")
    assert time.process_time() - started < 1


def test_no_rows_are_no_mistake(manager, shop):
    assert put(manager) == {"created": 0, "replaced": 0, "rejected": []}


def test_ten_thousand_rows_are_stored_within_seconds(manager, shop):
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 26)]
    rows = [
        row(day, day, channel=None, source="google", medium="cpc", campaign=f"{n} {'x' * 90}")
        for day in days
        for n in range(40)
    ]
    started = time.perf_counter()
    assert put(manager, *rows)["created"] == 10_000
    assert put(manager, *rows)["replaced"] == 10_000
    assert time.perf_counter() - started < 20
    assert len(manager.get(f"{SPEND}?limit=500").json()["results"]) == 500


def test_the_list_comes_in_pages(manager, shop):
    put(manager, *(row(channel=f"Fair {number}") for number in range(5)))
    seen, address = [], f"/api/v1/{SPEND}?limit=2"
    while address:
        page = manager.get(address.removeprefix("http://testserver")).json()
        assert len(page["results"]) <= 2
        seen += [kept["channel"] for kept in page["results"]]
        address = page["next"]
    assert seen == [f"Fair {number}" for number in range(5)]


def test_a_row_can_be_taken_away(manager, shop):
    put(manager, row(), row(channel="Email"))
    first, second = stored(manager)
    assert manager.call("DELETE", f"{SPEND}{first['id']}/").status_code == 204
    assert stored(manager) == [second]
    for gone in (first["id"], second["id"] + 1000, 2**63, 10**40):
        answer = manager.call("DELETE", f"{SPEND}{gone}/")
        assert (answer.status_code, check_error(answer)["code"]) == (404, "not_found")
    assert put(manager, row("2026-02-02", "2026-02-03"))["created"] == 1


def test_two_workspaces_never_meet(manager, agency, shop):
    sister = a_shop(agency, name="Sister")
    put(manager, row(external_id="x-1"))
    answer = manager.put(
        f"workspaces/{sister.slug}/spend/", {"rows": [row("2026-02-03", "2026-02-04", external_id="x-1")]}
    )
    assert answer.json() == {"created": 1, "replaced": 0, "rejected": []}
    (ours,) = stored(manager)
    assert ours["end"] == "2026-02-28"
    stranger = Caller(a_token(an_agency("Others")))
    assert stranger.put(SPEND, {"rows": [row()]}).status_code == 404
    assert Caller(a_token(agency, workspace=sister)).get(SPEND).status_code == 404
    theirs = f"workspaces/{sister.slug}/spend/{ours['id']}/"
    assert manager.call("DELETE", theirs).status_code == 404
    assert len(stored(manager)) == 1


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_never_store_rows_that_overlap(manager, shop):
    """Eight callers with shifted weeks of one key: whoever comes later sees what the others stored."""
    weeks = [
        [row(f"2026-02-{1 + shift + 7 * n:02}", f"2026-02-{7 + shift + 7 * n:02}") for n in range(3)]
        for shift in range(7)
    ]
    outcomes = []

    def send(rows):
        try:
            outcomes.append(put(manager, *rows))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[rows]) for rows in [*weeks, weeks[0]]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    with workspace_scope(shop):
        spans = sorted(Spend.objects.of(shop).values_list("start", "end"))
    assert len(spans) == sum(outcome["created"] for outcome in outcomes) >= 3
    assert all(before[1] < after[0] for before, after in pairwise(spans))
