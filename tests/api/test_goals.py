"""Goals and the pipeline over the API."""

import pytest

from tests.api.cast import check_error, first_goal

pytestmark = pytest.mark.django_db
GOALS, PIPELINE = "workspaces/shop/goals/", "workspaces/shop/pipeline/"
STAGES = [
    {"name": "Lead", "event": "Signed Up", "role": "lead"},
    {"name": "Trial", "event": "Trial Started", "role": None},
    {"name": "Won", "event": "Order Completed", "role": "customer"},
]


@pytest.mark.parametrize("value", ["auto", 49.9, 0, None])
def test_a_goal_is_told_as_it_was_made(manager, shop, value):
    given = {
        "name": "big order",
        "event": "Order Completed",
        "value": value,
        "count": "once",
        "lookback_days": 14,
        "where": [{"property": "cart.country", "op": "equals", "value": "NL"}],
        "drop_refunded": True,
    }
    answer = manager.post(GOALS, given)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert {**made, **given} == made
    assert manager.get(f"{GOALS}{made['id']}/").json() == made


def test_a_goal_needs_a_name_and_an_event_only(manager, shop):
    made = manager.post(GOALS, {"name": "sign-up", "event": "Signed Up"}).json()
    assert (made["value"], made["count"], made["lookback_days"], made["where"]) == ("auto", "every", None, [])
    listed = manager.get(GOALS).json()
    assert [goal["name"] for goal in listed["results"]] == ["purchase", "sign-up"]
    assert listed["next"] is None
    assert listed["results"][0]["id"] == first_goal(shop).pk


def filtered(**condition):
    return {"where": [{"property": "a", "op": "equals", "value": 1}, condition]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"event": None}, "event"),
        ({"value": "much"}, "value"),
        ({"value": -1}, "value"),
        ({"value": True}, "value"),
        ({"value": 10**12}, "value"),
        ({"value": [1]}, "value"),
        ({"count": "twice"}, "count"),
        ({"lookback_days": 0}, "lookback_days"),
        ({"where": {}}, "where"),
        ({"where": [{}] * 21}, "where"),
        ({"where": ["x"]}, "where.0"),
        (filtered(property="a", op="like", value=1), "where.1.op"),
        (filtered(property="", op="equals", value=1), "where.1.property"),
        (filtered(property="a", op="equals", value={"b": 1}), "where.1.value"),
        (filtered(op="equals", value=1), "where.1.property"),
        (filtered(property="a", op="regex", value="("), "where.1.value"),
        (filtered(property="a", op="regex", value=1), "where.1.value"),
        (filtered(property="a", op="regex"), "where.1.value"),
    ],
)
def test_what_is_wrong_with_a_goal_is_named(manager, shop, wrong, field):
    answer = manager.post(GOALS, {"name": "sign-up", "event": "Signed Up"} | wrong)
    assert answer.status_code == 400
    assert {error["field"] for error in check_error(answer)["errors"]} == {field}
    assert len(manager.get(GOALS).json()["results"]) == 1


def test_a_name_that_another_goal_has_is_a_conflict(manager, shop):
    answer = manager.post(GOALS, {"name": "purchase", "event": "Signed Up"})
    assert answer.status_code == 409
    assert check_error(answer)["errors"][0]["field"] == "name"
    assert len(manager.get(GOALS).json()["results"]) == 1


def test_a_pipeline_is_replaced_as_a_whole_and_each_stage_is_a_goal(manager, shop):
    first = manager.put(PIPELINE, {"stages": STAGES})
    assert first.status_code == 200, first.content
    stages = first.json()["stages"]
    assert [{name: stage[name] for name in ("name", "event", "role")} for stage in stages] == STAGES
    assert manager.get(PIPELINE).json() == first.json()
    goals = {goal["id"]: goal["event"] for goal in manager.get(GOALS).json()["results"]}
    assert [goals[stage["goal"]] for stage in stages] == [stage["event"] for stage in STAGES]
    shorter = manager.put(PIPELINE, {"stages": STAGES[2:]}).json()["stages"]
    assert [stage["name"] for stage in shorter] == ["Won"]
    assert manager.put(PIPELINE, {"stages": []}).json() == {"stages": []}


@pytest.mark.parametrize(
    ("stages", "field"),
    [
        (None, "stages"),
        ([{}] * 21, "stages"),
        (["x"], "stages.0"),
        ([{"name": "Lead", "event": "A", "role": "boss"}], "stages.0.role"),
        ([{"name": "Lead", "event": "A"}, {"name": "Lead", "event": "B"}], "stages.1.name"),
        (
            [{"name": "Lead", "event": "A", "role": "lead"}, {"name": "Two", "event": "B", "role": "lead"}],
            "stages.1.role",
        ),
        ([{"name": "Lead", "event": "A"}, {"name": "Two", "event": ""}], "stages.1.event"),
    ],
)
def test_what_is_wrong_with_a_pipeline_is_named(manager, shop, stages, field):
    manager.put(PIPELINE, {"stages": STAGES})
    answer = manager.put(PIPELINE, {"stages": stages})
    assert answer.status_code == 400
    assert [error["field"] for error in check_error(answer)["errors"]] == [field]
    assert len(manager.get(PIPELINE).json()["stages"]) == 3


BIG = {"name": "big order", "event": "Order Completed", "value": 49.9, "count": "once"}


def test_a_goal_is_changed_field_by_field(manager, shop):
    made = manager.post(GOALS, BIG).json()
    answer = manager.patch(f"{GOALS}{made['id']}/", {"name": "huge order", "lookback_days": 14})
    assert answer.status_code == 200, answer.content
    assert answer.json() == made | {"name": "huge order", "lookback_days": 14}
    assert manager.patch(f"{GOALS}{made['id']}/", {"value": None}).json()["value"] is None
    assert manager.patch(f"{GOALS}{made['id']}/", {}).json()["count"] == "once"


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"count": "twice"}, 400, "count"),
        ({"archived": "maybe"}, 400, "archived"),
        ({"where": ["x"]}, 400, "where.0"),
        ({"name": "purchase"}, 409, "name"),
    ],
)
def test_a_change_that_is_wrong_changes_nothing(manager, shop, wrong, status, field):
    made = manager.post(GOALS, BIG).json()
    answer = manager.patch(f"{GOALS}{made['id']}/", {"lookback_days": 5} | wrong)
    assert answer.status_code == status
    assert check_error(answer)["errors"][0]["field"] == field
    assert manager.get(f"{GOALS}{made['id']}/").json() == made


def test_an_archived_goal_leaves_reports_and_comes_back(manager, shop):
    made = manager.post(GOALS, BIG).json()
    place = f"{GOALS}{made['id']}/"
    assert manager.call("DELETE", place).status_code == 204
    assert manager.get(place).json()["archived_at"] is not None
    report = manager.get(f"workspaces/shop/reports/attribution/?goal={made['id']}")
    assert check_error(report)["code"] == "archived_goal"
    taken = manager.post(GOALS, BIG)
    assert (taken.status_code, check_error(taken)["message"]) == (409, "An archived goal has this name.")
    assert manager.patch(place, {"archived": False}).json() == made
    assert manager.get(f"workspaces/shop/reports/attribution/?goal={made['id']}").status_code == 200
    assert manager.patch(place, {"archived": True}).json()["archived_at"] is not None


def test_archiving_twice_keeps_the_first_day(manager, shop):
    place = f"{GOALS}{manager.post(GOALS, BIG).json()['id']}/"
    manager.call("DELETE", place)
    first = manager.get(place).json()["archived_at"]
    assert manager.call("DELETE", place).status_code == 204
    assert manager.get(place).json()["archived_at"] == first


def test_the_only_goal_stays(manager, shop):
    answer = manager.call("DELETE", f"{GOALS}{first_goal(shop).pk}/")
    assert (answer.status_code, check_error(answer)["code"]) == (409, "in_use")
    assert "This is the only goal" in check_error(answer)["message"]


def test_a_goal_that_a_stage_stands_on_stays(manager, shop):
    stages = manager.put(PIPELINE, {"stages": STAGES}).json()["stages"]
    answer = manager.call("DELETE", f"{GOALS}{stages[0]['goal']}/")
    assert answer.status_code == 409
    assert "The stage “Signed Up”" not in check_error(answer)["message"]
    assert "The stage “Lead” of the pipeline stands on this goal." in check_error(answer)["message"]
    assert manager.patch(f"{GOALS}{stages[0]['goal']}/", {"archived": True}).status_code == 409
    manager.put(PIPELINE, {"stages": STAGES[1:]})
    assert manager.call("DELETE", f"{GOALS}{stages[0]['goal']}/").status_code == 204


def test_a_stage_brings_an_archived_goal_back(manager, shop):
    made = manager.post(GOALS, {"name": "sign-up", "event": "Signed Up"}).json()
    manager.call("DELETE", f"{GOALS}{made['id']}/")
    stages = manager.put(PIPELINE, {"stages": STAGES}).json()["stages"]
    assert stages[0]["goal"] == made["id"]
    assert manager.get(f"{GOALS}{made['id']}/").json()["archived_at"] is None


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ({"is_on": False, "goal": "big"}, "The weekly report is about this goal."),
        ({"is_on": True, "goal": None}, None),
    ],
)
def test_a_goal_that_the_weekly_report_names_stays(manager, shop, schedule, said):
    made = manager.post(GOALS, BIG).json()
    wish = schedule | {"weekday": 0, "hour": 8, "goal": made["id"] if schedule["goal"] else None}
    assert manager.put("workspaces/shop/report-schedule/", wish).status_code == 200
    answer = manager.call("DELETE", f"{GOALS}{made['id']}/")
    if said is None:
        assert answer.status_code == 204
        return
    assert said in check_error(answer)["message"]


def test_the_first_goal_stays_while_the_weekly_report_is_about_the_first(manager, shop):
    manager.post(GOALS, BIG)
    manager.put("workspaces/shop/report-schedule/", {"is_on": True, "weekday": 0, "hour": 8})
    answer = manager.call("DELETE", f"{GOALS}{first_goal(shop).pk}/")
    assert "about the first goal, which is this one" in check_error(answer)["message"]
    manager.put("workspaces/shop/report-schedule/", {"is_on": False, "weekday": 0, "hour": 8})
    assert manager.call("DELETE", f"{GOALS}{first_goal(shop).pk}/").status_code == 204
    assert manager.get("workspaces/shop/reports/attribution/").json()["goal"] != first_goal(shop).pk
