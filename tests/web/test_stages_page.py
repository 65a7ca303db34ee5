"""Setting up the pipeline: rows that move, what saving would make anew, and that it is saved as the API saves it."""

import pytest

from accounts.tenancy import workspace_scope
from tests.web.stages import STAGES
from tests.web.test_returns_page import words
from tracking.actions import set_pipeline
from tracking.models import Goal, Stage
from web.forms.stages import describe_change, move_rows, show_stages

pytestmark = pytest.mark.django_db
ADDRESS = "/w/northwind-bikes/settings/stages/"


def form(rows, **more):
    fields = {f"{name}.{place}": row[name] for place, row in enumerate(rows) for name in row}
    return fields | more


def stored(workspace):
    with workspace_scope(workspace):
        rows = Stage.objects.of(workspace).order_by("position").values_list("name", "event", "role")
        return [dict(zip(("name", "event", "role"), row, strict=True)) for row in rows]


def values(answer):
    """The stages' names as the form shows them."""
    return [row["values"]["name"] for row in answer.context["rows"]]


def test_saving_makes_stages_and_their_goals(as_ada, northwind, goal):
    answer = as_ada.post(ADDRESS, form(STAGES, do="save"), follow=True)
    assert "Saved 3 stages." in answer.content.decode()
    assert stored(northwind) == STAGES
    with workspace_scope(northwind):
        assert Goal.objects.of(northwind).filter(event="Demo Requested", count="once").exists()


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ("up.1", ["Demo", "Lead", "Won"]),
        ("down.1", ["Lead", "Won", "Demo"]),
        ("remove.0", ["Demo", "Won"]),
        ("add", ["Lead", "Demo", "Won", ""]),
        ("up.0", ["Lead", "Demo", "Won"]),
        ("down.2", ["Lead", "Demo", "Won"]),
        ("up.x", ["Lead", "Demo", "Won"]),
        ("remove.99", ["Lead", "Demo", "Won"]),
        ("look", ["Lead", "Demo", "Won"]),
    ],
)
def test_a_button_moves_rows_and_stores_nothing(as_ada, northwind, goal, wish, names):
    answer = as_ada.post(ADDRESS, form(STAGES, do=wish))
    assert answer.status_code == 200
    assert values(answer) == names
    assert stored(northwind) == []


def test_what_would_be_made_anew_is_said_before_it_is_saved(as_ada, northwind, goal):
    said = words(as_ada.post(ADDRESS, form(STAGES, do="look")))
    assert "Everybody who ever did one of “Deal Won”, “Demo Requested”, “Signed Up” is derived again" in said
    with workspace_scope(northwind):
        set_pipeline(northwind, STAGES)
    swapped = [STAGES[1], STAGES[0], STAGES[2]]
    assert "nothing is filled again" in words(as_ada.post(ADDRESS, form(swapped, do="look")))
    other_role = [STAGES[0] | {"role": ""}, *STAGES[1:]]
    assert "every day with conversions is filled again" in words(as_ada.post(ADDRESS, form(other_role, do="look")))
    assert "Won will be gone; the goals behind them stay." in words(as_ada.post(ADDRESS, form(STAGES[:2], do="look")))


@pytest.mark.parametrize(
    ("rows", "field", "said"),
    [
        ([STAGES[0] | {"event": ""}], "event-0", "Write the event"),
        ([STAGES[0], STAGES[1] | {"name": ""}], "name-1", "Write a name of 1 to 120 characters."),
        ([STAGES[0], STAGES[1] | {"name": "Lead"}], "name-1", "Another stage has this name."),
        ([STAGES[0], STAGES[1] | {"role": "lead"}], "role-1", "Another stage has this role."),
        ([STAGES[0] | {"role": "boss"}], "role-0", "Choose one of"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_text_stays(as_ada, northwind, goal, rows, field, said):
    answer = as_ada.post(ADDRESS, form(rows, do="save"))
    assert answer.status_code == 422
    assert f'aria-describedby="{field}_error"' in answer.content.decode()
    assert said in words(answer)
    assert values(answer) == [row["name"] for row in rows]
    assert stored(northwind) == []


def test_an_empty_list_takes_the_pipeline_away(as_ada, northwind, goal):
    with workspace_scope(northwind):
        set_pipeline(northwind, STAGES)
    as_ada.post(ADDRESS, {"do": "save"})
    assert stored(northwind) == []


def test_a_new_pipeline_begins_with_three_rows_and_twenty_are_most():
    assert [row["role"] for row in show_stages([])] == ["lead", "opportunity", "customer"]
    full = [{"name": str(n), "event": "e", "role": ""} for n in range(20)]
    assert move_rows(full, "add") == (full, None)
    assert describe_change(full, full) == []


def test_stages_can_be_taken_along_and_cost_few_questions(as_ada, northwind, goal, django_assert_max_num_queries):
    with workspace_scope(northwind):
        set_pipeline(northwind, STAGES)
    lines = as_ada.get(ADDRESS, {"export": "stages"}).content.decode("utf-8-sig").splitlines()
    assert lines[1] == "1,Lead,Signed Up,lead"
    with django_assert_max_num_queries(30):
        as_ada.get(ADDRESS)
