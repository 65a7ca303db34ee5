"""The builder of funnels: the address is the question, buttons change the address, long ones go to a worker."""

import re
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts.tenancy import workspace_scope
from funnels import actions
from funnels.models import FunnelRun, SavedFunnel
from reports import tasks
from reports.catalogue import funnel
from tests.web.stages import fill_pipeline
from tests.web.test_returns_page import words
from web.forms.funnels import ask_funnel, change_builder, read_builder

pytestmark = pytest.mark.django_db(transaction=True)
FUNNELS = "/w/northwind-bikes/funnels/"
RUN = f"{FUNNELS}run/"
SAVED = f"{FUNNELS}saved/"
ASKED = {"event.0": "Signed Up", "event.1": "Demo Requested", "event.2": "Deal Won", "period": "90d"}


@pytest.fixture
def people(northwind, goal):
    fill_pipeline(northwind)


@pytest.fixture
def long_ones(monkeypatch):
    """Everything is long, and no worker is there until the test is one."""
    monkeypatch.setattr(funnel, "MOST_AT_ONCE", 0)
    rung = []
    monkeypatch.setattr("web.views.funnels.ring", lambda run: rung.append(run.pk))
    return rung


def test_an_address_shows_its_funnel(as_ada, people):
    said = words(as_ada.get(FUNNELS, ASKED))
    assert "Demo Requested is the bottleneck: 40% get there from Signed Up ." in said
    assert "10 people began In order, within 7 days of the first step." in said
    assert "Bottleneck 40% go on 6 stopped, 0 still open Median time to get there: 60 min" in said
    assert "75% go on 1 stopped, 0 still open" in said


def test_filters_and_strict_order_and_the_window_count(as_ada, people):
    where = {"where.1.0.property": "plan", "where.1.0.op": "equals", "where.1.0.value": "p0"}
    assert "20% go on" in words(as_ada.get(FUNNELS, ASKED | where))
    assert "0% go on" in words(as_ada.get(FUNNELS, ASKED | {"within": "30", "unit": "minutes"}))
    skipped = {"event.0": "Signed Up", "event.1": "Deal Won", "period": "90d"}
    assert "30% go on" in words(as_ada.get(FUNNELS, skipped))
    assert "0% go on" in words(as_ada.get(FUNNELS, skipped | {"order": "strict"}))


def test_a_breakdown_lists_its_groups_with_their_bottleneck(as_ada, people):
    said = words(as_ada.get(FUNNELS, ASKED | {"breakdown": "channel"}))
    assert "Email 10 4 40% 3 75% 30% Demo Requested" in said
    said = words(as_ada.get(FUNNELS, ASKED | {"breakdown": "plan"}))
    assert "By plan" in said
    assert "p0 5 2 40% 2 100% 40% Demo Requested" in said


@pytest.mark.parametrize(
    ("wish", "events"),
    [
        ("up.1", ["b", "a", "c"]),
        ("down.1", ["a", "c", "b"]),
        ("remove.1", ["a", "c"]),
        ("add", ["a", "b", "c", ""]),
        ("up.0", ["a", "b", "c"]),
        ("run", ["a", "b", "c"]),
        ("remove.77", ["a", "b", "c"]),
        ("nonsense.1.2.3", ["a", "b", "c"]),
    ],
)
def test_a_button_leads_to_the_changed_address(as_ada, goal, wish, events):
    query = {"event.0": "a", "event.1": "b", "event.2": "c", "within": "3", "period": "90d", "do": wish}
    answer = as_ada.get(FUNNELS, query)
    assert answer.status_code == 302
    found = parse_qs(urlsplit(answer.headers["Location"]).query, keep_blank_values=True)
    assert [found[f"event.{place}"][0] for place in range(len(events))] == events
    assert (found["within"], found["period"], "do" in found) == (["3"], ["90d"], False)
    assert f"event.{len(events)}" not in found


def test_filters_follow_their_step_and_can_be_taken_away():
    builder = read_builder(QueryDict("event.0=a&event.1=b&where.0.4.property=x&where.0.4.value=1&where.0.9.property=y"))
    moved = change_builder(change_builder(builder, "down.0"), "unfilter.1.0")
    assert [step.event for step in moved.steps] == ["b", "a"]
    assert moved.steps[1].where == [{"property": "y", "op": "equals", "value": ""}]
    assert read_builder(QueryDict(moved.address())) == moved
    assert len(change_builder(moved, "filter.0").steps[0].where) == 1


def test_steps_without_a_name_do_not_count_and_problems_name_the_row_of_the_form():
    builder = read_builder(QueryDict(f"event.0=&event.1={'x' * 201}&event.2=c&where.2.0.value=1&within=soon"))
    asked, problems = ask_funnel(builder)
    assert asked == {}
    assert set(problems) == {"event.1", "where.2.0", "within"}
    assert ask_funnel(read_builder(QueryDict("event.1=b")))[0]["steps"][0]["event"] == "b"


def test_what_is_wrong_is_said_at_its_field(as_ada, goal):
    page = as_ada.get(FUNNELS, {"event.0": "a", "within": "0"})
    assert "Choose a whole number, up to 3,700 days in all." in words(page)
    assert 'aria-describedby="within_error"' in page.content.decode()


def test_an_empty_builder_offers_what_came_in(as_ada, northwind, goal):
    assert "No event came in within the last 30 days" in words(as_ada.get(FUNNELS))
    fill_pipeline(northwind, days_ago=5)
    page = as_ada.get(FUNNELS)
    assert "Try “Signed Up” to “Demo Requested”" in words(page)
    assert 'href="?event.0=Signed+Up&amp;event.1=Demo+Requested"' in page.content.decode()


def test_a_long_question_is_asked_once_and_shown_when_a_worker_has_counted(as_ada, northwind, people, long_ones):
    page = as_ada.get(FUNNELS, ASKED)
    assert "A worker is counting" in words(page)
    assert "data-polls" in page.content.decode()
    as_ada.get(FUNNELS, ASKED)
    assert len(long_ones) == 1
    tasks.answer_funnel(northwind.pk, long_ones[0])
    said = words(as_ada.get(FUNNELS, ASKED))
    assert "Demo Requested is the bottleneck: 40% get there from Signed Up ." in said
    assert "0 before" in said
    assert "data-polls" not in as_ada.get(FUNNELS, ASKED).content.decode()
    assert as_ada.get(FUNNELS, ASKED | {"export": "steps"}).status_code == 200


def test_a_question_can_be_stopped_and_asked_again(as_ada, northwind, people, long_ones):
    page = as_ada.get(FUNNELS, ASKED)
    asked = page.wsgi_request.GET.urlencode()
    answer = as_ada.post(RUN, {"do": "stop", "run": long_ones[0], "asked": asked})
    assert answer.headers["Location"].startswith(f"{FUNNELS}?event.0=Signed+Up")
    assert "Stopped Nothing was counted" in words(as_ada.get(answer.headers["Location"]))
    tasks.answer_funnel(northwind.pk, long_ones[0])
    with workspace_scope(northwind):
        assert FunnelRun.objects.of(northwind).get().state == FunnelRun.STOPPED
    as_ada.post(RUN, {"do": "again", "run": long_ones[0], "asked": asked})
    assert "A worker is counting" in words(as_ada.get(FUNNELS, ASKED))
    assert len(long_ones) == 2


def test_stopping_leads_nowhere_else(as_ada, goal):
    answer = as_ada.post(RUN, {"do": "stop", "run": "x", "asked": "next=https://evil.example&event.0=a"})
    assert urlsplit(answer.headers["Location"]).netloc == ""
    assert urlsplit(answer.headers["Location"]).path == FUNNELS


def test_steps_and_groups_can_be_taken_along(as_ada, people):
    lines = as_ada.get(FUNNELS, ASKED | {"export": "steps"}).content.decode("utf-8-sig").splitlines()
    assert lines[2] == "2,Demo Requested,4,0.4,0.6,3600.0,0"
    lines = (
        as_ada.get(FUNNELS, ASKED | {"breakdown": "plan", "export": "groups"}).content.decode("utf-8-sig").splitlines()
    )
    assert lines[2] == "p0,2,Demo Requested,2,0.4,0.6,3600.0,0"
    assert as_ada.get(FUNNELS, ASKED | {"export": "groups"}).status_code == 404


def test_no_more_than_thirty_questions_to_the_database(as_ada, people, django_assert_max_num_queries):
    as_ada.get(FUNNELS, ASKED)
    with django_assert_max_num_queries(30):
        assert as_ada.get(FUNNELS, ASKED | {"breakdown": "channel"}).status_code == 200


def test_old_answers_are_counted_anew(as_ada, northwind, people, long_ones):
    as_ada.get(FUNNELS, ASKED)
    with workspace_scope(northwind):
        FunnelRun.objects.of(northwind).update(asked_at=timezone.now() - timedelta(minutes=11))
    as_ada.get(FUNNELS, ASKED)
    assert len(long_ones) == 2


def test_a_funnel_is_kept_under_a_name_without_its_days(as_ada, northwind, people):
    page = as_ada.get(FUNNELS, ASKED)
    asked = page.wsgi_request.GET.urlencode()
    saved = as_ada.post(f"{FUNNELS}?{asked}", {"name": "Sales"}, follow=True)
    assert "Saved “Sales”." in saved.content.decode()
    assert parse_qs(saved.wsgi_request.GET.urlencode())["period"] == ["90d"]
    with workspace_scope(northwind):
        kept = SavedFunnel.objects.of(northwind).get()
    assert kept.query == "event.0=Signed+Up&event.1=Demo+Requested&event.2=Deal+Won"
    assert 'aria-current="page">Sales</a>' in as_ada.get(f"{FUNNELS}?{kept.query}").content.decode()
    as_ada.post(f"{FUNNELS}?event.0=other", {"name": " Sales "})
    with workspace_scope(northwind):
        kept = SavedFunnel.objects.of(northwind).get()
    assert kept.query.startswith("event.0=other")
    as_ada.post(SAVED, {"do": "delete", "saved": kept.pk, "asked": ""})
    with workspace_scope(northwind):
        assert not SavedFunnel.objects.of(northwind).exists()


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_a_name_that_cannot_be_is_refused_at_its_field(as_ada, northwind, people, name):
    answer = as_ada.post(f"{FUNNELS}?{urlencode(ASKED)}", {"name": name})
    assert answer.status_code == 422
    page = answer.content.decode()
    said = re.search(r'id="save-error">(.*?)</p>', page, re.DOTALL)
    assert "Write a name of 1 to 120 characters." in said[1]
    assert f'value="{name}" aria-invalid="true" aria-describedby="save-error save-hint"' in page
    # The funnel is still there, and nothing is said anywhere else.
    assert "10 people began" in words(answer)
    assert "toast" not in page.split('id="report"')[1]
    with workspace_scope(northwind):
        assert not SavedFunnel.objects.of(northwind).exists()


def test_one_funnel_too_many_is_refused_at_its_field(as_ada, northwind, people, monkeypatch):
    monkeypatch.setattr("funnels.actions.MOST_SAVED", 1)
    as_ada.post(f"{FUNNELS}?{urlencode(ASKED)}", {"name": "Sales"})
    answer = as_ada.post(f"{FUNNELS}?{urlencode(ASKED)}", {"name": "Leads"})
    assert answer.status_code == 422
    assert "A workspace keeps at most 1 funnels. Delete one first." in words(answer)


def test_the_period_before_stands_beside_every_figure(as_ada, northwind, goal):
    fill_pipeline(northwind, days_ago=40)
    asked = ASKED | {"period": "30d", "breakdown": "plan"}
    said = words(as_ada.get(FUNNELS, asked))
    assert "Nobody came to Signed Up in these days." in said
    assert "10 before" in said
    assert "Before: 40% go on, 6 stopped, 0 still open, 60 min" in said
    assert "Before: 75% go on, 1 stopped, 0 still open, 60 min" in said
    alone = words(as_ada.get(FUNNELS, asked | {"compare": "none"}))
    assert "before" not in alone.split("0 people began")[1].split("Keep this funnel")[0].replace("step before", "")


def test_groups_stand_beside_those_of_the_period_before(as_ada, northwind, goal):
    fill_pipeline(northwind, days_ago=5)
    fill_pipeline(northwind, days_ago=40)
    said = words(as_ada.get(FUNNELS, ASKED | {"period": "30d", "breakdown": "plan"}))
    assert "p0 5 5 before 2 40% 2 before 2 100% 2 before 40% 40% before Demo Requested" in said


def test_a_worker_says_how_many_days_it_has_read_of_how_many(as_ada, northwind, people, long_ones, monkeypatch):
    asked = ASKED | {"period": "30d"}
    page = words(as_ada.get(FUNNELS, asked))
    # 30 days up to now of each period; those before go on for the seven days of the window.
    total = re.search(r"(\d+) days to read", page)[1]
    assert 60 < int(total) <= 68
    seen, real = [], actions.note_progress

    def look(run, progress):
        real(run, progress)
        seen.append(words(as_ada.get(FUNNELS, asked)))

    monkeypatch.setattr(tasks, "note_progress", look)
    tasks.answer_funnel(northwind.pk, long_ones[0])
    assert f"1 of {total} days read" in seen[1]
    assert re.search(rf"20 of {total} days read about \d+ s left", seen[20])
    assert f"{total} of {total} days read" in seen[-1]
    assert "0 people began" in words(as_ada.get(FUNNELS, asked))


def test_a_worker_that_counts_already_can_be_stopped(as_ada, northwind, people, long_ones, monkeypatch):
    asked = as_ada.get(FUNNELS, ASKED).wsgi_request.GET.urlencode()
    told, real = [], actions.note_progress

    def stop_at_the_fifth(run, progress):
        told.append(progress.done)
        if len(told) == 5:
            elsewhere = threading.Thread(
                target=lambda: (as_ada.post(RUN, {"do": "stop", "run": run.pk, "asked": asked}), connection.close())
            )
            elsewhere.start()
            elsewhere.join()
        real(run, progress)

    monkeypatch.setattr(tasks, "note_progress", stop_at_the_fifth)
    tasks.answer_funnel(northwind.pk, long_ones[0])
    assert len(told) == 5
    with workspace_scope(northwind):
        run = FunnelRun.objects.of(northwind).get()
    assert (run.state, run.result) == (FunnelRun.STOPPED, None)
    assert "Stopped Nothing was counted" in words(as_ada.get(FUNNELS, ASKED))


def test_funnels_of_others_are_neither_seen_nor_deleted(as_ada, goal, rival_workspace):
    from funnels.actions import save_funnel

    theirs = save_funnel(rival_workspace, "Their secret", "event.0=a")
    assert "Their secret" not in as_ada.get(FUNNELS).content.decode()
    as_ada.post(SAVED, {"do": "delete", "saved": theirs.pk})
    with workspace_scope(rival_workspace):
        assert SavedFunnel.objects.of(rival_workspace).exists()
