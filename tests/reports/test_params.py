"""What a report may be asked for, and what it answers to the rest."""

from datetime import UTC, date, datetime

import pytest

from accounts.tenancy import workspace_scope
from common.errors import Refusal
from common.periods import Period
from reports.catalogue.params import parse_params
from tests.reports.given import a_goal, a_workspace

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


@pytest.fixture
def shop():
    workspace = a_workspace(timezone="Europe/Amsterdam", lookback_days=30, half_life_days=3.5)
    with workspace_scope(workspace):
        yield workspace


def test_what_is_not_said_takes_its_usual_value(shop):
    goal = a_goal(shop)
    a_goal(shop, "sign-up", "Signed Up")
    params = parse_params(shop, {}, now=NOW)
    # It is the 23rd already in Amsterdam, so the last full day is the 22nd.
    assert params.period == Period(date(2026, 10, 24), date(2026, 11, 22))
    assert (params.model, params.goal, params.group_by) == ("linear", goal, "channel")
    assert (params.lookback_days, params.half_life_days) == (30, 3.5)


@pytest.mark.parametrize(
    ("query", "period"),
    [
        ({"start": "2026-02-01", "end": "2026-02-28"}, ("2026-02-01", "2026-02-28")),
        ({"start": "2026-11-01"}, ("2026-11-01", "2026-11-22")),
        ({"start": "2026-11-25"}, ("2026-11-25", "2026-11-25")),
        ({"end": "2026-03-30"}, ("2026-03-01", "2026-03-30")),
        ({"start": "2026-02-28", "end": "2026-02-28"}, ("2026-02-28", "2026-02-28")),
        ({"start": "", "end": ""}, ("2026-10-24", "2026-11-22")),
    ],
)
def test_periods(shop, query, period):
    a_goal(shop)
    start, end = (date.fromisoformat(day) for day in period)
    assert parse_params(shop, query, now=NOW).period == Period(start, end)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"model": "best"}, "model", "unknown_model"),
        ({"group_by": "m.channel; drop table x"}, "group_by", "unsupported_grouping"),
        ({"start": "2026-02-30"}, "start", "invalid_date"),
        ({"start": "20260201"}, "start", "invalid_date"),
        ({"end": "٢٠٢٦-٠٢-٠١"}, "end", "invalid_date"),
        ({"end": "9999-12-31"}, "end", "invalid_date"),
        ({"start": "0001-01-01"}, "start", "invalid_date"),
        ({"start": "2026-03-01", "end": "2026-02-28"}, "start", "start_after_end"),
        ({"start": "2016-01-01", "end": "2026-11-22"}, "start", "period_too_long"),
        ({"lookback_days": "90"}, "lookback_days", "not_stored"),
        ({"lookback_days": "ninety"}, "lookback_days", "invalid_number"),
        ({"half_life_days": "7"}, "half_life_days", "not_stored"),
        ({"half_life_days": "nan"}, "half_life_days", "invalid_number"),
        ({"half_life_days": "1e999"}, "half_life_days", "invalid_number"),
        ({"goal": "99999999"}, "goal", "unknown_goal"),
        ({"goal": "9" * 30}, "goal", "unknown_goal"),
        ({"goal": "Nothing"}, "goal", "unknown_goal"),
        ({"goal": "Twice"}, "goal", "ambiguous_goal"),
    ],
)
def test_what_is_wrong_is_named(shop, query, field, code):
    a_goal(shop)
    a_goal(shop, "one", "Twice")
    a_goal(shop, "two", "Twice")
    with pytest.raises(Refusal) as refused:
        parse_params(shop, query, now=NOW)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_what_is_stored_is_named(shop):
    a_goal(shop)
    with pytest.raises(Refusal, match="30"):
        parse_params(shop, {"lookback_days": "90"}, now=NOW)
    assert parse_params(shop, {"lookback_days": "30", "half_life_days": "3.50"}, now=NOW).lookback_days == 30


def test_a_goals_own_lookback_counts(shop):
    a_goal(shop, lookback_days=14)
    assert parse_params(shop, {"lookback_days": "14"}, now=NOW).lookback_days == 14


def test_a_goal_may_be_named_by_id_or_by_its_event(shop):
    first, second = a_goal(shop), a_goal(shop, "sign-up", "Signed Up")
    third = a_goal(shop, "by number", "12345678")
    assert parse_params(shop, {"goal": str(second.pk)}, now=NOW).goal == second
    assert parse_params(shop, {"goal": "Signed Up"}, now=NOW).goal == second
    assert parse_params(shop, {"goal": "Order Completed"}, now=NOW).goal == first
    assert parse_params(shop, {"goal": "12345678"}, now=NOW).goal == third


def test_another_workspaces_goal_is_unknown():
    shop, other = a_workspace(), a_workspace("Other")
    with workspace_scope(other):
        theirs = a_goal(other)
    with workspace_scope(shop):
        a_goal(shop)
        with pytest.raises(Refusal) as refused:
            parse_params(shop, {"goal": str(theirs.pk)}, now=NOW)
    assert refused.value.code == "unknown_goal"


def test_a_workspace_without_goals_has_no_report(shop):
    with pytest.raises(Refusal) as refused:
        parse_params(shop, {}, now=NOW)
    assert refused.value.code == "no_goal"
