"""A POST sent twice under one key is answered once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import IdempotentAnswer, Workspace, WriteKey
from accounts.tenancy import workspace_scope
from tests.api.cast import Caller, a_shop, a_token, check_error
from tracking.models import Goal

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "4f0c-1"}
GOAL = {"name": "sign-up", "event": "Signed Up", "value": None}


def goals_of(shop):
    with workspace_scope(shop):
        return Goal.objects.of(shop).count()


def test_the_same_key_and_body_get_the_same_answer(manager):
    first = manager.post("workspaces/", {"name": "Shop", "lookback_days": 30}, **KEY)
    again = manager.post("workspaces/", {"lookback_days": 30, "name": "Shop"}, **KEY)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (Workspace.objects.count(), WriteKey.objects.count()) == (1, 1)


def test_a_write_key_is_never_kept_readable(manager):
    secret = manager.post("workspaces/", {"name": "Shop"}, **KEY).json()["write_key"]
    with connection.cursor() as cursor:
        for table in ("accounts_idempotentanswer", "accounts_writekey", "accounts_workspace"):
            cursor.execute(f"select t::text from {table} t")
            assert all(secret not in row for (row,) in cursor.fetchall()), table


def test_without_a_key_everything_is_done_twice(manager):
    assert {manager.post("workspaces/", {"name": "Shop"}).status_code for _ in range(2)} == {201}
    assert Workspace.objects.count() == 2
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.parametrize("other", ["body", "path", "token"])
def test_a_key_used_for_something_else_is_refused(manager, agency, shop, other):
    assert manager.post("workspaces/shop/goals/", GOAL, **KEY).status_code == 201
    sister = a_shop(agency, name="Sister")
    caller = Caller(a_token(agency)) if other == "token" else manager
    path = f"workspaces/{sister.slug}/goals/" if other == "path" else "workspaces/shop/goals/"
    answer = caller.post(path, GOAL | ({"name": "other"} if other == "body" else {}), **KEY)
    assert (answer.status_code, check_error(answer)["code"]) == (409, "idempotency_key_reused")
    assert (goals_of(shop), goals_of(sister)) == (2, 1)


def test_goals_are_made_once_too(manager, shop):
    answers = [manager.post("workspaces/shop/goals/", GOAL, **KEY) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert goals_of(shop) == 2


def test_an_error_leaves_the_key_free(manager, shop):
    bad = manager.post("workspaces/shop/goals/", GOAL | {"event": ""}, **KEY)
    assert bad.status_code == 400
    assert manager.post("workspaces/shop/goals/", GOAL, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\u00e9"])
def test_a_key_has_a_shape(manager, key):
    answer = manager.post("workspaces/", {"name": "Shop"}, **{"Idempotency-Key": key})
    assert [error["field"] for error in check_error(answer)["errors"]] == ["Idempotency-Key"]


def test_answers_are_forgotten_after_a_day(manager, shop):
    manager.post("workspaces/shop/goals/", GOAL, **KEY)
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    assert manager.post("workspaces/shop/goals/", GOAL | {"name": "other"}, **KEY).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_make_one(agency, manager):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def post(_):
        try:
            return manager.post("workspaces/", {"name": "Shop"}, **KEY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Workspace.objects.count() == 1
