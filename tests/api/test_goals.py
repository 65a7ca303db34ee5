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
