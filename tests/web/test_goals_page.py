"""Goals: listed with what they counted, previewed before they are saved, changed with history derived again."""

import pytest

from accounts.models import AuditEntry
from accounts.tenancy import workspace_scope
from tests.web.shop import a_track, tell
from tracking.actions import derive_waiting
from tracking.models import Conversion, Goal, Refill

pytestmark = pytest.mark.django_db(transaction=True)
GOALS, GOAL = "/w/northwind-bikes/settings/goals/", "/w/northwind-bikes/settings/goals/goal/"
FORM = {"name": "Trial", "event": "Trial Started", "value": "none", "amount": "", "count": "every", "lookback_days": ""}


def trials(northwind):
    tell(
        northwind,
        a_track("Trial Started", "anna", plan="pro", days=2),
        a_track("Trial Started", "anna", plan="basic", days=1),
        a_track("Trial Started", "bob", plan="pro", days=3),
        a_track("Trial Started", "cy", plan="pro", days=40),
        a_track("Order Completed", "anna", order_id="o1", revenue=90.0, days=1),
        a_track("Order Completed", "anna", order_id="o1", revenue=90.0, days=0.5),
    )


def stored(workspace):
    with workspace_scope(workspace):
        return {goal.name: goal for goal in Goal.objects.of(workspace)}


def converted(workspace, name):
    while derive_waiting(workspace):
        pass
    with workspace_scope(workspace):
        return Conversion.objects.of(workspace).filter(goal_id=stored_id(workspace, name)).count()


def stored_id(workspace, name):
    return Goal.objects.of(workspace).get(name=name).pk


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Would have counted 3 in the last 30 days."),
        ({"count": "once"}, "Would have counted 2 in the last 30"),
        (
            {"where.0.property": "plan", "where.0.op": "equals", "where.0.value": "pro"},
            "counted 2 in the last 30 days.",
        ),
        ({"where.4.property": "plan", "where.4.op": "equals", "where.4.value": "gold"}, "none meets the filters"),
        ({"event": "Order Completed"}, "Would have counted 1 in the last 30 days."),
        ({"event": "trial started"}, "No event of that name came"),
        ({"event": ""}, "Name an event to see"),
    ],
)
def test_the_preview_says_what_would_have_counted_and_saves_nothing(as_ada, northwind, change, said):
    trials(northwind)
    before = AuditEntry.objects.count()
    answer = as_ada.post(GOAL, FORM | change | {"preview": "1"})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert stored(northwind) == {}
    assert AuditEntry.objects.count() == before


def test_a_new_goal_counts_what_its_preview_promised(as_ada, northwind):
    trials(northwind)
    where = {"where.1.property": "plan", "where.1.op": "equals", "where.1.value": "pro"}
    assert as_ada.post(GOAL, FORM | where | {"lookback_days": "30"}).status_code == 302
    made = stored(northwind)["Trial"]
    assert (made.value_kind, made.lookback_days) == ("none", 30)
    assert made.where == [{"property": "plan", "op": "equals", "value": "pro"}]
    assert converted(northwind, "Trial") == 3
    page = as_ada.get(GOALS).content.decode()
    assert "Trial Started" in page
    assert "Last 30 days </span>2</td>" in page
    assert "30 before </span>1</td>" in page
    assert AuditEntry.objects.latest("pk").action == "POST goal"


def test_a_changed_goal_is_counted_anew(as_ada, northwind):
    trials(northwind)
    as_ada.post(GOAL, FORM)
    assert converted(northwind, "Trial") == 4
    address = f"{GOAL}?goal={stored(northwind)['Trial'].pk}"
    assert 'value="Trial Started"' in as_ada.get(address).content.decode()
    changed = FORM | {"name": "First trial", "count": "once", "value": "fixed", "amount": "49,90"}
    assert as_ada.post(address, changed).status_code == 302
    assert converted(northwind, "First trial") == 3
    with workspace_scope(northwind):
        values = set(Conversion.objects.of(northwind).values_list("value_micros", flat=True))
    assert values == {49_900_000}


def test_another_name_alone_derives_nothing(as_ada, northwind):
    trials(northwind)
    as_ada.post(GOAL, FORM)
    with workspace_scope(northwind):
        before = Refill.objects.of(northwind).count()
    as_ada.post(f"{GOAL}?goal={stored(northwind)['Trial'].pk}", FORM | {"name": "Renamed"})
    with workspace_scope(northwind):
        assert Refill.objects.of(northwind).count() == before


def test_a_stage_keeps_its_goal_as_it_is(as_ada, northwind):
    from tracking.actions import set_pipeline

    set_pipeline(northwind, [{"name": "Lead", "event": "Lead Sent", "role": "lead"}])
    goal = stored(northwind)["Lead"]
    answer = as_ada.post(f"{GOAL}?goal={goal.pk}", FORM | {"name": "Lead", "count": "once"})
    assert answer.status_code == 422
    assert "The stage “Lead” of the pipeline stands on this goal." in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Write 1 to 120 characters."),
        ({"event": ""}, "Write the event"),
        ({"value": "fixed", "amount": "lots"}, "Write an amount from 0 to 10,000,000,000"),
        ({"lookback_days": "0"}, "Choose 1 to 3,650 days, or leave it empty."),
        ({"where.0.property": "", "where.0.op": "equals", "where.0.value": "x"}, "Name a property, or empty the whole"),
        ({"where.0.property": "plan", "where.0.op": "like", "where.0.value": "x"}, "Choose how to compare."),
    ],
)
def test_what_is_wrong_stands_at_its_field(as_ada, northwind, change, said):
    answer = as_ada.post(GOAL, FORM | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert stored(northwind) == {}


def test_a_name_is_taken_once(as_ada, northwind, goal):
    answer = as_ada.post(GOAL, FORM | {"name": goal.name})
    assert answer.status_code == 422
    assert "Another goal has this name." in answer.content.decode()


@pytest.mark.parametrize("number", ["999999", "x", "99999999999999999999", "-1"])
def test_a_goal_that_is_not_ours_is_not_there(as_ada, number):
    assert as_ada.get(f"{GOAL}?goal={number}").status_code == 404
    assert as_ada.post(f"{GOAL}?goal={number}", FORM).status_code == 404


def test_the_list_is_a_file_too(as_ada, goal):
    page = as_ada.get(f"{GOALS}?export=goals").content.decode()
    assert "Order,Order Completed,auto,every,90,0,0" in page


def archive(as_ada, goal):
    return as_ada.post(f"{GOALS}{goal.pk}/archive/")


def test_an_archived_goal_leaves_the_pages_and_comes_back_with_its_figures(as_ada, northwind, goal):
    trials(northwind)
    as_ada.post(GOAL, FORM)
    assert converted(northwind, "Trial") == 4
    trial = stored(northwind)["Trial"]
    assert "Archive “Trial”?" in as_ada.get(f"{GOAL}?goal={trial.pk}").content.decode()
    assert archive(as_ada, trial).status_code == 302
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.result) == ("POST goal-archive", "302")
    assert f"goal={trial.pk}" in entry.object
    page = as_ada.get(GOALS).content.decode()
    assert "Archived goals" in page.partition('id="archived-title"')[2]
    assert "Trial" not in page.partition('id="archived-title"')[0].partition("<tbody>")[2]
    assert "Trial" in as_ada.get(f"{GOALS}?export=archived-goals").content.decode()
    report = as_ada.get(f"/w/northwind-bikes/attribution/?goal={trial.pk}")
    assert report.status_code == 400
    assert "The goal “Trial” is archived." in report.content.decode()
    assert ">Trial<" not in as_ada.get("/w/northwind-bikes/attribution/").content.decode()
    # What comes in meanwhile is counted.
    tell(northwind, a_track("Trial Started", "dan", days=1))
    while derive_waiting(northwind):
        pass
    assert as_ada.post(f"{GOALS}{trial.pk}/restore/").status_code == 302
    assert "Last 30 days </span>4</td>" in as_ada.get(GOALS).content.decode()


def test_people_who_only_reached_an_archived_goal_did_not_convert(as_ada, northwind, goal):
    trials(northwind)
    as_ada.post(GOAL, FORM)
    assert converted(northwind, "Trial") == 4
    people = "/w/northwind-bikes/journeys/?converted=yes"
    assert "bob" in as_ada.get(people).content.decode()
    archive(as_ada, stored(northwind)["Trial"])
    shown = as_ada.get(people).content.decode()
    assert "anna" in shown
    assert "bob" not in shown
    assert "Trial" not in as_ada.get("/w/northwind-bikes/journeys/bob/").content.decode()


def test_a_goal_in_use_says_where_and_stays(as_ada, northwind, goal):
    from tracking.actions import set_pipeline

    set_pipeline(northwind, [{"name": "Lead", "event": "Lead Sent", "role": "lead"}])
    lead = stored(northwind)["Lead"]
    shown = as_ada.get(f"{GOAL}?goal={lead.pk}").content.decode()
    assert "The stage “Lead” of the pipeline stands on this goal. Take that stage away first." in shown
    assert "Archive “Lead”?" not in shown
    answer = archive(as_ada, lead)
    assert answer.status_code == 422
    assert "The stage “Lead” of the pipeline stands on this goal." in answer.content.decode()
    assert stored(northwind)["Lead"].archived_at is None


def test_a_made_up_goal_is_not_archived(as_ada, northwind, goal):
    assert as_ada.post(f"{GOALS}999999/archive/").status_code == 404
    assert as_ada.post(f"{GOALS}999999/restore/").status_code == 404
