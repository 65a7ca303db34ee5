"""The page of the pipeline, from posted events to what is said."""

import pytest

from tests.web.stages import fill_pipeline
from tests.web.test_returns_page import words

pytestmark = pytest.mark.django_db(transaction=True)
PIPELINE = "/w/northwind-bikes/pipeline/"


@pytest.fixture
def people(northwind, goal):
    fill_pipeline(northwind)


def test_without_stages_the_page_leads_to_where_they_are_set_up(as_ada, goal):
    said = words(as_ada.get(PIPELINE))
    assert "This workspace has no pipeline yet" in said
    assert "Set up the stages" in said


def test_a_client_is_not_led_to_what_it_may_not_change(client, northwind, agency, goal):
    from accounts.actions import create_user
    from accounts.models import Membership, Role, WorkspaceAccess

    user = create_user("cleo@northwind.example", "correct-horse-battery")
    membership = Membership.objects.create(user=user, agency=agency, role=Role.CLIENT)
    WorkspaceAccess.objects.create(membership=membership, workspace=northwind)
    client.force_login(user)
    said = words(client.get(PIPELINE))
    assert "Set up the stages" not in said
    assert "An analyst or an owner of the agency can set up the stages." in said


def test_the_bottleneck_and_who_stopped_or_is_still_open_are_said(as_ada, people):
    said = words(as_ada.get(PIPELINE))
    assert "Demo is the bottleneck: so far 40% get there from Lead ." in said
    assert "Bottleneck 40% go on 0 stopped, 6 still open Median time to get there: 60 min" in said
    closed = words(as_ada.get(PIPELINE, {"window_days": "30"}))
    assert "Demo is the bottleneck: 40% get there from Lead ." in closed
    assert "Bottleneck 40% go on 6 stopped, 0 still open" in closed
    assert "75% go on 1 stopped, 0 still open" in closed


def test_channels_and_campaigns_are_credited_for_entries(as_ada, people):
    said = words(as_ada.get(PIPELINE))
    assert "Email 100% 10.0 100% 4.0 100% 3.0 Even" in said
    assert "All 10 4 3" in said
    assert "welcome Leads 10.0 Opportunities 4.0 Customers 3.0 €3,000" in said
    assert "Total Leads 10.0 Opportunities 4.0 Customers 3.0 €3,000" in said


def test_each_table_can_be_taken_along(as_ada, people):
    tables = {
        "stages": "Demo,Demo Requested,4,0.4,0,6,3600.0",
        "channels": "Email,10.000000000,4.000000000,3.000000000,1.000000,1.000000,1.000000",
        "campaigns": "welcome,Email,10.000000000,4.000000000,3.000000000,3000.000000",
    }
    for name, line in tables.items():
        answer = as_ada.get(PIPELINE, {"export": name})
        assert line in answer.content.decode("utf-8-sig").splitlines()


def test_days_before_anybody_came_say_so(as_ada, people):
    said = words(as_ada.get(PIPELINE, {"start": "2020-01-01", "end": "2020-01-31"}))
    assert "Nobody entered “Lead” in these days" in said
    assert "Show the last 365 days" in said


@pytest.mark.parametrize(
    "query", [{"model": "markov_1"}, {"window_days": "soon"}, {"window_days": "0"}, {"cursor": "x"}]
)
def test_what_cannot_be_shown_is_refused(as_ada, people, query):
    assert as_ada.get(PIPELINE, query).status_code == 400


def test_no_more_than_thirty_questions_to_the_database(as_ada, people, django_assert_max_num_queries):
    as_ada.get(PIPELINE)
    with django_assert_max_num_queries(30):
        assert as_ada.get(PIPELINE).status_code == 200
