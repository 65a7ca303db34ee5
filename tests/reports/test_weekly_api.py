"""The Monday mail over HTTP: the very figures of the mail, and a schedule that can be set."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from accounts.models import Scope
from accounts.tenancy import workspace_scope
from reports.deliveries.due import send_due
from reports.models import Recipient, Schedule
from reports.weekly_report import thaw
from tests.api.cast import Caller, a_token
from tests.reports.weeks import MONDAY, a_shop, two_weeks

pytestmark = pytest.mark.django_db
WISH = {"is_on": True, "weekday": 0, "hour": 8, "goal": None, "model": "time_decay", "words": "Hello."}


@pytest.fixture
def shop():
    workspace = a_shop()
    with workspace_scope(workspace):
        two_weeks(workspace)
    return workspace


@pytest.fixture
def caller(shop):
    return Caller(a_token(shop.agency))


def path(shop, name):
    return f"workspaces/{shop.slug}/{name}/"


def test_a_schedule_is_put_and_read(shop, caller):
    assert caller.get(path(shop, "report-schedule")).json()["is_on"] is False
    answer = caller.put(path(shop, "report-schedule"), WISH)
    assert answer.status_code == 200
    assert answer.json() == caller.get(path(shop, "report-schedule")).json()
    assert answer.json() | {"next_due_at": None} == WISH | {"next_due_at": None}
    assert answer.json()["next_due_at"].endswith("Z")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"weekday": 7}, "weekday"), ({"hour": -1}, "hour"), ({"goal": 10**12}, "goal"), ({"model": "x"}, "model"),
     ({"words": "x" * 601}, "words"), ({"is_on": "maybe"}, "is_on")],
)  # fmt: skip
def test_a_wrong_field_is_named(shop, caller, wrong, field):
    answer = caller.put(path(shop, "report-schedule"), WISH | wrong)
    assert answer.status_code in (400, 422)
    assert field in answer.content.decode()


def test_who_only_reads_sets_no_schedule(shop):
    reader = Caller(a_token(shop.agency, scope=Scope.READ))
    assert reader.put(path(shop, "report-schedule"), WISH).status_code == 403


def test_the_figures_over_http_are_those_of_the_mail(shop, caller):
    caller.put(path(shop, "report-schedule"), WISH | {"model": "linear"})
    with workspace_scope(shop):
        Recipient.objects.create(workspace=shop, email="cleo@northwind.example", confirmed_at=MONDAY)
        Schedule.objects.of(shop).update(next_due_at=MONDAY - timedelta(minutes=1))
    send_due(shop, clock=lambda: MONDAY)
    (told,) = caller.get(path(shop, "weekly-reports")).json()["results"]
    assert told["subject"] == "A better week: €6,375, 5% more than the week before."
    assert thaw(told["figures"]).total.revenue == D("6375.25")
    (letter,) = caller.get(path(shop, "report-letters")).json()["results"]
    assert (letter["email"], letter["state"], letter["report"]) == ("cleo@northwind.example", "sent", told["id"])
