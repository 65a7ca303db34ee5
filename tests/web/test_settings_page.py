"""The general settings: saved as over the API, refused at the field, and honest about what a change costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tenancy import workspace_scope
from reports.catalogue.refilling import seconds_left

pytestmark = pytest.mark.django_db
SETTINGS = "/w/northwind-bikes/settings/"
FORM = {
    "name": "Northwind Bikes",
    "timezone": "Europe/Amsterdam",
    "currency": "EUR",
    "lookback_days": "90",
    "half_life_days": "7",
    "own_domains": "",
    "ignored_referrers": "",
}


def test_what_is_typed_is_saved(as_ada, northwind):
    form = FORM | {
        "name": "Northwind",
        "timezone": "Europe/London",
        "currency": "GBP",
        "lookback_days": "60",
        "half_life_days": "3.5",
        "own_domains": "https://www.Northwind.example/\nshop.northwind.example, blog.northwind.example",
        "ignored_referrers": "bank.example",
        "manual_tags_override_click_ids": "on",
    }
    assert as_ada.post(SETTINGS, form).status_code == 302
    northwind.refresh_from_db()
    assert (northwind.name, northwind.timezone, northwind.currency) == ("Northwind", "Europe/London", "GBP")
    assert (northwind.lookback_days, northwind.half_life_days) == (60, 3.5)
    assert northwind.own_domains == ["northwind.example", "shop.northwind.example", "blog.northwind.example"]
    assert northwind.ignored_referrers == ["bank.example"]
    assert northwind.manual_tags_override_click_ids is True
    as_ada.post(SETTINGS, FORM)
    northwind.refresh_from_db()
    assert northwind.ignored_referrers is None
    assert northwind.manual_tags_override_click_ids is False


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Write 1 to 120 characters."),
        ({"lookback_days": "0"}, "Choose 1 to 3,650 days."),
        ({"lookback_days": "many"}, "Choose 1 to 3,650 days."),
        ({"half_life_days": "-1"}, "Choose 0.01 to 3,650 days."),
        ({"timezone": "Amsterdam"}, "Name a time zone as in Europe/Amsterdam."),
        ({"currency": "XXQ"}, "Name a currency by its three letters"),
        ({"own_domains": "good.example\nnot a domain!"}, "Entry 4: Write a domain as in shop.example."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(as_ada, northwind, change, said):
    answer = as_ada.post(SETTINGS, FORM | {"name": "Other"} | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'aria-invalid="true"' in page or "timezone" in change or "currency" in change
    assert ('value="Other"' in page) == ("name" not in change)
    northwind.refresh_from_db()
    assert northwind.name == "Northwind Bikes"


def test_money_of_sealed_days_stands(as_ada, northwind):
    northwind.sealed_at = timezone.now() - timedelta(days=30)
    northwind.save()
    answer = as_ada.post(SETTINGS, FORM | {"currency": "GBP"})
    assert answer.status_code == 422
    assert "sealed" in answer.content.decode()


def a_refill(workspace, *, left, total, seconds):
    from tracking.models import ChangedDay, Refill

    with workspace_scope(workspace):
        refill = Refill.objects.create(
            workspace=workspace,
            kind="refill",
            reason="lookback_days",
            total=total,
            started_at=timezone.now() - timedelta(seconds=seconds),
        )
        for day in range(left):
            at = timezone.now().date() - timedelta(days=day)
            ChangedDay.objects.create(workspace=workspace, day=at, refill_id=refill.pk)


def test_progress_is_counted_with_the_time_left(as_ada, northwind):
    a_refill(northwind, left=20, total=80, seconds=90)
    page = as_ada.get(SETTINGS).content.decode()
    assert "60 of 80 people and days" in page
    assert "about 30 s left" in page or "about 31 s left" in page
    assert 'hx-trigger="every 2s"' in page
    assert "Days that are not reached yet show their old numbers" in page


def test_nobody_working_is_said(as_ada, northwind):
    a_refill(northwind, left=20, total=20, seconds=500)
    assert "no worker takes it up" in as_ada.get(SETTINGS).content.decode()


def test_what_is_done_is_no_news(as_ada, northwind):
    a_refill(northwind, left=0, total=20, seconds=5)
    page = as_ada.get(SETTINGS).content.decode()
    assert "people and days" not in page
    assert "every 2s" not in page


@pytest.mark.parametrize(("done", "total", "passed", "left"), [(30, 90, 10, 20), (1, 90, 10, None), (0, 0, 10, None)])
def test_time_left_goes_by_the_speed_so_far(done, total, passed, left):
    assert seconds_left(done, total, passed) == left


def kept(northwind):
    northwind.refresh_from_db()
    return northwind.retention_days


def test_a_shorter_retention_says_what_goes_and_waits_for_a_yes(as_ada, northwind):
    from tests.web.shop import a_page, tell

    here = "https://shop.example/"
    tell(northwind, a_page(here, "anna", days=200), a_page(here, "anna", days=120), a_page(here, "bob", days=3))
    answer = as_ada.post(SETTINGS, FORM | {"retention_days": "90", "name": "Renamed"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "2 events go for good" in shown
    assert 'value="Renamed"' in shown
    assert kept(northwind) is None
    assert northwind.name == "Northwind Bikes"
    # A yes to other days is none.
    assert as_ada.post(SETTINGS, FORM | {"retention_days": "60", "agreed": "90"}).status_code == 422
    assert as_ada.post(SETTINGS, FORM | {"retention_days": "90", "agreed": "90"}).status_code == 302
    assert kept(northwind) == 90


@pytest.mark.parametrize(("before", "after"), [(90, "120"), (90, ""), (90, "90"), (None, "")])
def test_a_retention_that_deletes_nothing_is_saved_at_once(as_ada, northwind, before, after):
    northwind.retention_days = before
    northwind.save()
    assert as_ada.post(SETTINGS, FORM | {"retention_days": after}).status_code == 302
    assert kept(northwind) == (int(after) if after else None)


@pytest.mark.parametrize("days", ["29", "3651", "many", "-1", "1.5"])
def test_a_retention_out_of_range_is_refused_at_its_field(as_ada, northwind, days):
    answer = as_ada.post(SETTINGS, FORM | {"retention_days": days})
    assert answer.status_code == 422
    assert "Choose 30 to 3,650 days, or leave it empty" in answer.content.decode()
