"""No page of the settings asks the database more than thirty times, however much there is to show."""

import pytest

from accounts.models import Membership, Role
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from tests.web.shop import a_page, a_track, tell
from tracking.actions import create_goal

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = "/w/northwind-bikes/settings/"
PATHS = [
    SETTINGS,
    f"{SETTINGS}goals/",
    f"{SETTINGS}goals/goal/",
    f"{SETTINGS}channel-rules/?url=https://shop.example/",
    f"{SETTINGS}spend/",
    f"{SETTINGS}keys/",
    f"{SETTINGS}install/?test=x",
    "/agency/marlow-pike/audit/",
    "/agency/marlow-pike/tokens/",
]


@pytest.fixture
def busy(as_ada, northwind, agency):
    from accounts import audit
    from accounts.actions import create_api_token, create_write_key

    Membership.objects.update(role=Role.OWNER)
    for number in range(12):
        create_goal(northwind, name=f"Goal {number}", event="Trial Started", value=None)
        create_write_key(northwind)
        create_api_token(agency, scope="read", workspace=northwind, name=f"T{number}", made_by=Membership.objects.get())
        create_api_token(agency, scope="read", name=f"A{number}", made_by=Membership.objects.get())
        audit.note("POST keys", 200, agency=agency, workspace=northwind)
    tell(northwind, *(a_page(f"https://shop.example/{n}", f"p{n}", days=n / 10) for n in range(12)))
    tell(northwind, *(a_track("Trial Started", f"p{n}", days=n / 20) for n in range(12)))
    rows = [
        {"start": f"2026-{n:02d}-01", "end": f"2026-{n:02d}-02", "amount": "5", "currency": "EUR", "channel": "Display"}
        for n in range(1, 13)
    ]
    put_spend(northwind, read_rows(rows)[0])
    northwind.channel_rules = [{"channel": "X", "all": [{"field": "source", "op": "equals", "value": "x"}]}] * 12
    northwind.save()
    return as_ada


@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_at_most_thirty_times(busy, django_assert_max_num_queries, path):
    with django_assert_max_num_queries(30):
        assert busy.get(path).status_code == 200
