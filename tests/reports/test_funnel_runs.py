"""Funnels and the pipeline over the API: shapes, refusals, and questions that a worker answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tenancy import workspace_scope
from funnels import actions
from funnels.models import FunnelRun
from reports import tasks
from reports.catalogue import funnel
from tests.api.cast import Caller, a_token, check_error
from tests.reports.asking import after, question, said
from tests.tracking.core.given import event, page, tagged
from tests.tracking.shop import open_shop

pytestmark = pytest.mark.django_db(transaction=True)
FUNNEL = "workspaces/shop/reports/funnel/"


@pytest.fixture
def shop():
    return open_shop()


@pytest.fixture
def caller(shop):
    return Caller(a_token(shop.workspace.agency))


def test_the_answer_has_the_promised_fields(shop, caller):
    shop.tell(*said("?ann", "a0 b5"), *said("?bob", "a0"))
    answer = caller.post(FUNNEL, question("abc"))
    assert answer.status_code == 200, answer.content
    told = answer.json()
    first, second, third = (
        {"step": place, "event": name, "count": count, "conversion_from_previous": share, "drop_off": lost}
        for place, name, count, share, lost in [(1, "a", 2, None, None), (2, "b", 1, 0.5, 0.5), (3, "c", 0, 0, 1)]
    )
    medians = [{"median_seconds": seconds, "still_open": 0} for seconds in (None, 5.0, None)]
    assert told["steps"] == [one | median for one, median in zip([first, second, third], medians, strict=True)]
    assert (told["bottleneck"], told["groups"], told["breakdown"]) == (3, None, None)
    assert (told["start"], told["end"], told["order"], told["window_seconds"]) == (*["2026-03-02"] * 2, "ordered", 10)
    assert told["as_of"].endswith("Z")
    grouped = caller.post(FUNNEL, question("abc", breakdown="channel")).json()
    assert grouped["groups"] == [{"group": "(none)", "steps": told["steps"], "bottleneck": 3}]


def test_what_is_left_out_takes_its_usual_value(shop, caller):
    told = caller.post(FUNNEL, {"steps": [{"event": "a"}], "window_seconds": 60}).json()
    assert told["order"] == "ordered"
    assert [step["count"] for step in told["steps"]] == [0]
    assert told["bottleneck"] is None
    assert told["notes"] == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{"event": "a"}] * 31}, "steps"),
        ({"steps": [{"event": "a"}, {"event": " "}]}, "steps.1.event"),
        ({"steps": [{"event": "a"}, {}]}, "steps.1.event"),
        ({"steps": [{"event": "a", "where": [{"property": "x", "op": "is"}]}]}, "steps.0.where.0.op"),
        ({"steps": [{"event": "a", "where": [{"op": "exists"}]}]}, "steps.0.where.0.property"),
        ({"window_seconds": 0}, "window_seconds"),
        ({"window_seconds": 3_700 * 86_400 + 1}, "window_seconds"),
        ({"window_seconds": None}, "window_seconds"),
        ({"order": "any"}, "order"),
        ({"start": "2026-02-30"}, "start"),
        ({"start": "2026-03-03"}, "start"),
        ({"start": "1026-03-01"}, "start"),
        ({"start": "2001-03-01"}, "start"),
        ({"breakdown": ""}, "breakdown"),
        ({"breakdown": "x" * 201}, "breakdown"),
    ],
)
def test_a_refusal_names_the_field(shop, caller, changed, field):
    answer = caller.post(FUNNEL, question("ab") | changed)
    assert answer.status_code == 400
    assert [error["field"] for error in check_error(answer)["errors"]] == [field]


def test_thirty_steps_and_the_longest_window_are_fine(shop, caller):
    asked = question("a" * 30, window=3_700 * 86_400)
    assert caller.post(FUNNEL, asked).status_code == 200


def test_people_who_still_have_time_are_told_of(shop, caller):
    today = str(timezone.now().date())
    open_end = caller.post(FUNNEL, question("ab", start=today, end=today)).json()
    assert len(open_end["notes"]) == 1
    assert caller.post(FUNNEL, question("ab")).json()["notes"] == []


def test_a_long_question_is_answered_by_a_worker_in_the_same_words(shop, caller, monkeypatch):
    shop.tell(*said("?ann", "a0 b5"), *said("?bob", "a0"))
    asked = question("ab", breakdown="channel")
    at_once = caller.post(FUNNEL, asked).json()
    rings = []
    monkeypatch.setattr(tasks.answer_funnel, "apply_async", lambda args, **options: rings.append(args))
    monkeypatch.setattr(funnel, "MOST_AT_ONCE", 2)
    answer = caller.post(FUNNEL, asked)
    assert answer.status_code == 202, answer.content
    run = answer.json()["id"]
    assert answer.json() == {"id": run, "state": "waiting", "result": None}
    assert rings == [(shop.workspace.pk, run)]
    assert caller.get(f"{FUNNEL}{run}/").json()["state"] == "waiting"
    tasks.answer_funnel(*rings[0])
    told = caller.get(f"{FUNNEL}{run}/").json()
    assert (told["state"], told["result"] | {"as_of": ""}) == ("done", at_once | {"as_of": ""})
    tasks.answer_funnel(*rings[0])
    assert caller.get(f"{FUNNEL}{run}/").json() == told
    assert rings == [(shop.workspace.pk, run)]


def test_what_is_read_in_slices_is_the_same(shop):
    shop.tell(*said("?ann", "a0 b5"), *said("?bob", "a0"), *said("?late", f"a60 b{3 * 86_400} c{6 * 86_400}"))
    asked = question("abc", window=7 * 86_400)
    told = []
    now = after(30 * 86_400)
    with shop.open():
        params = funnel.read_params(shop.workspace, asked, now)
        at_once = funnel.build(shop.workspace, params, now)
        in_slices = funnel.build(shop.workspace, params, now, note=told.append)
        assert told == list(range(1, funnel.count_days(shop.workspace, params, now) + 1)) == list(range(1, 9))
        assert in_slices.figures == at_once.figures
        assert [step.count for step in at_once.figures] == [3, 2, 1]


def test_two_workers_never_answer_one_question(shop):
    with shop.open():
        run = actions.ask_run(shop.workspace, question("ab"))
        assert actions.claim_run(shop.workspace, run.pk) is not None
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(_claim_elsewhere, shop.workspace, run.pk).result() is None
    with shop.open():
        assert actions.claim_run(shop.workspace, run.pk) is not None


def _claim_elsewhere(workspace, run_id):
    try:
        with workspace_scope(workspace):
            return actions.claim_run(workspace, run_id)
    finally:
        connection.close()


def test_whatever_must_be_looked_at_counts(shop, monkeypatch):
    told = [*said("?ann", "a0 b5 x6"), event("identify", "?ann"), page("?bob", after(-2 * 86_400))]
    shop.tell(*told, page("?bob", after(3), name="a"))
    # Between the steps of a strict funnel anything may stand; else only what the steps are called is read.
    for order, events in [("ordered", 3), ("strict", 4)]:
        for most, long in [(events, False), (events - 1, True)]:
            monkeypatch.setattr(funnel, "MOST_AT_ONCE", most)
            with shop.open():
                params = funnel.read_params(shop.workspace, question("ab", order=order), timezone.now())
                assert funnel.is_long(shop.workspace, params) == long


def test_who_waits_for_a_lost_message_sends_another(shop, caller, monkeypatch):
    rings = []
    monkeypatch.setattr(tasks.answer_funnel, "apply_async", lambda args, **options: rings.append(args))
    asked = question("ab")
    with shop.open():
        run = actions.ask_run(shop.workspace, asked)
    for _ in range(actions.MOST_RINGS + 1):
        assert caller.get(f"{FUNNEL}{run.pk}/").json()["state"] == "waiting"
        with shop.open():
            shop.rows(FunnelRun).update(rang_at=timezone.now() - actions.PATIENCE - timedelta(seconds=1))
        state = caller.get(f"{FUNNEL}{run.pk}/").json()["state"]
        if state != "waiting":
            break
    assert (state, len(rings)) == ("failed", actions.MOST_RINGS - 1)


def test_old_questions_go(shop):
    with shop.open():
        old = actions.ask_run(shop.workspace, {})
        shop.rows(FunnelRun).update(asked_at=timezone.now() - timedelta(days=8))
        new = actions.ask_run(shop.workspace, {})
        assert list(shop.rows(FunnelRun).values_list("pk", flat=True)) == [new.pk] != [old.pk]


def test_a_run_of_another_workspace_is_unknown_here(shop, caller):
    other = open_shop()
    with workspace_scope(other.workspace):
        run = actions.ask_run(other.workspace, question("ab"))
    theirs, nobodys = (caller.get(f"{FUNNEL}{number}/") for number in (run.pk, run.pk + 1000))
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content) == (404, theirs.content)


def test_a_reading_token_may_ask(shop):
    reader = Caller(a_token(shop.workspace.agency, scope="read"))
    assert reader.post(FUNNEL, question("ab")).status_code == 200
    assert Caller("hw_t_" + "a" * 40).post(FUNNEL, question("ab")).status_code == 401


STAGES = [
    {"name": "Visitor", "event": "Signed Up", "role": "lead"},
    {"name": "Consideration", "event": "Demo Booked", "role": "opportunity"},
    {"name": "Won", "event": "Order Completed", "role": "customer"},
]


def pass_stages(who: str, *days: int):
    names = [stage["event"] for stage in STAGES]
    return [event("track", who, after(day * 86_400), name=name) for name, day in zip(names, days, strict=False)]


def test_the_pipeline_is_a_funnel_without_a_limit_of_time(shop, caller):
    assert caller.put("workspaces/shop/pipeline/", {"stages": STAGES}).status_code == 200
    people = {"?a": (0, 1, 400), "?b": (0, 3), "?c": (0, 5), "?d": (0,), "?early": (-2, 1, 2)}
    shop.tell(*(e for who, days in people.items() for e in pass_stages(who, *days)))
    # No goal is reached by a page, whatever its name.
    shop.tell(page("?page", name="Signed Up"))
    path = "workspaces/shop/reports/pipeline/?start=2026-03-02&end=2026-03-02"
    told = caller.get(path).json()
    assert [(stage["step"], stage["name"], stage["role"], stage["count"]) for stage in told["stages"]] == [
        (1, "Visitor", "lead", 4),
        (2, "Consideration", "opportunity", 3),
        (3, "Won", "customer", 1),
    ]
    assert [stage["median_seconds"] for stage in told["stages"]] == [None, 3 * 86_400, 399 * 86_400]
    assert (told["bottleneck"], told["bottleneck_name"], told["window_seconds"]) == (3, "Won", None)
    assert len(told["notes"]) == 1
    within = caller.get(f"{path}&window_days=4").json()
    assert [stage["count"] for stage in within["stages"]] == [4, 2, 0]
    assert within["window_seconds"] == 4 * 86_400


def test_the_pipeline_by_channel(shop, caller):
    caller.put("workspaces/shop/pipeline/", {"stages": STAGES})
    shop.tell(page("?a", after(-60), tagged("spring")), *pass_stages("?a", 0, 1), *pass_stages("?b", 0))
    told = caller.get("workspaces/shop/reports/pipeline/?start=2026-03-02&end=2026-03-02&breakdown=channel").json()
    groups = {group["group"]: [stage["count"] for stage in group["stages"]] for group in told["groups"]}
    assert groups == {"Email": [1, 1, 0], "(none)": [1, 0, 0]}
    assert told["groups"][0]["stages"][0]["name"] == "Visitor"


def test_without_stages_the_pipeline_says_so(shop, caller):
    told = caller.get("workspaces/shop/reports/pipeline/").json()
    assert (told["stages"], told["bottleneck"], told["bottleneck_name"]) == ([], None, None)
    assert told["notes"] == ["This workspace has no pipeline yet."]


@pytest.mark.parametrize("query", ["window_days=0", "window_days=3701", "window_days=x", f"breakdown={'x' * 201}"])
def test_the_pipeline_refuses_by_name(shop, caller, query):
    answer = caller.get(f"workspaces/shop/reports/pipeline/?{query}")
    assert answer.status_code == 400
    assert check_error(answer)["errors"][0]["field"] == query.partition("=")[0]
