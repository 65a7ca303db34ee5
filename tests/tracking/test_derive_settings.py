"""Changed settings, goals and pipelines make history anew, and cost no more than they must."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from common.errors import Refusal
from tests.tracking.core.given import event, identify, minutes, order, page, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import change_settings, create_goal, refill_progress, set_pipeline
from tracking.models import ChangedDay, ChangedPerson, Conversion, Goal, Refill, Stage, StageEntry

pytestmark = pytest.mark.django_db(transaction=True)

NOON_DAY = date(2026, 3, 2)
PARTNERS = [{"channel": "Partners", "all": [{"field": "source", "op": "equals", "value": "news"}]}]


@pytest.fixture
def shop() -> Shop:
    shop = open_shop()
    shop.tell(page("?a", url=tagged("spring")), order("ada", minutes(5), "o1", anonymous="?a", revenue=80))
    shop.changed_days()
    return shop


def progress(shop: Shop):
    with shop.open():
        return refill_progress(shop.workspace)


def test_channel_rules_rename_marks_at_once(shop):
    change_settings(shop.workspace, {"channel_rules": PARTNERS})
    assert shop.touches() == [("Partners", "news")]
    assert shop.count(ChangedPerson) == 0
    assert progress(shop) | {"id": 0} == {"id": 0, "state": "queued", "done": 0, "total": 1}
    assert shop.changed_days() == {NOON_DAY}
    assert progress(shop)["state"] == "done"


def test_rules_that_change_no_mark_cost_nothing(shop):
    rules = [{"channel": "Partners", "all": [{"field": "source", "op": "equals", "value": "nobody"}]}]
    refill = change_settings(shop.workspace, {"channel_rules": rules})
    assert refill.finished_at is not None
    assert shop.changed_days() == set()


def test_new_marks_follow_the_rules(shop):
    change_settings(shop.workspace, {"channel_rules": PARTNERS})
    shop.tell(page("?b", minutes(1), tagged("summer")))
    assert shop.touches() == [("Partners", "news")] * 2


def test_a_half_life_makes_days_anew(shop):
    refill = change_settings(shop.workspace, {"half_life_days": 14.0})
    assert (refill.kind, refill.total) == ("refill", 1)
    assert shop.changed_days() == {NOON_DAY}


def test_what_is_as_before_costs_nothing(shop):
    assert change_settings(shop.workspace, {"half_life_days": 7, "name": "New name"}) is None
    assert shop.changed_days() == set()
    shop.workspace.refresh_from_db()
    assert shop.workspace.name == "New name"
    assert progress(shop) is None


def test_the_time_zone_moves_days_and_rates(shop):
    late = datetime(2024, 3, 14, 23, 30, tzinfo=UTC)
    shop.tell(order("ada", late, "o2", revenue=100, currency="USD"))
    shop.changed_days()
    berlin = shop.conversions()[0][1]
    change_settings(shop.workspace, {"timezone": "UTC"})
    shop.derive()
    assert shop.conversions()[0][1] != berlin
    assert shop.changed_days() == {date(2024, 3, 14), date(2024, 3, 15), NOON_DAY}


def test_own_domains_derive_everybody_again(shop):
    shop.tell(page("?b", referrer="https://blog.example.org/"))
    assert ("Referral", "blog.example.org") in shop.touches()
    shop.changed_days()
    refill = change_settings(shop.workspace, {"own_domains": ["example.org"]})
    assert (refill.kind, refill.total, progress(shop)["state"]) == ("rederive", 2, "queued")
    shop.derive()
    assert ("Direct", "(direct)") in shop.touches()
    assert shop.changed_days() == set()
    assert progress(shop) == {"id": refill.pk, "state": "done", "done": 2, "total": 2}
    with shop.open():
        assert shop.rows(Refill).get(pk=refill.pk).finished_at is not None


def test_progress_counts_the_days_that_people_spoil(shop):
    shop.tell(*(order(f"u{n}", minutes(60 * 24 * n), f"x{n}", revenue=1, currency="USD") for n in range(3)))
    shop.changed_days()
    refill = change_settings(shop.workspace, {"currency": "USD"})
    shop.derive()
    assert shop.conversions()[0][1] == 1.0
    with shop.open():
        days = shop.rows(ChangedDay).filter(refill_id=refill.pk).count()
    told = progress(shop)
    assert (told["state"], told["total"] - told["done"]) == ("running", days)
    assert days >= 3


def test_a_look_back_takes_the_note_of_a_shared_device_along(shop):
    shop.tell(
        page("bob", minutes(-60 * 24 * 40)),
        identify("bob", "?a", minutes(10)),
        order("bob", minutes(20), "o2", revenue=1),
    )
    assert [note for _, _, note in shop.conversions()] == ["", ""]
    change_settings(shop.workspace, {"lookback_days": 30})
    shop.derive()
    assert [note for _, _, note in shop.conversions()] == ["", "shared_device"]
    change_settings(shop.workspace, {"lookback_days": 90})
    shop.derive()
    assert [note for _, _, note in shop.conversions()] == ["", ""]


def test_bad_settings_are_refused_by_name(shop):
    with pytest.raises(Refusal) as refused:
        change_settings(shop.workspace, {"slug": "x"})
    assert refused.value.field == "slug"
    with pytest.raises(Refusal) as refused:
        change_settings(shop.workspace, {"channel_rules": [{"channel": "X", "all": [{"field": "nope"}]}]})
    assert refused.value.field.startswith("channel_rules.0.all.0")


def test_a_new_goal_reaches_back(shop):
    shop.tell(event("track", "ada", minutes(2), name="Signed Up"), event("track", "?z", minutes(3), name="Signed Up"))
    goal = create_goal(shop.workspace, name="sign-up", event="Signed Up", value=Decimal("5"))
    assert shop.count(ChangedPerson) == 2
    shop.derive()
    assert [one for one in shop.conversions() if one[0] == "sign-up"] == [("sign-up", 5.0, "")] * 2
    assert shop.changed_days() == {NOON_DAY}
    assert (goal.value_kind, goal.fixed_value_micros) == ("fixed", 5_000_000)


REFUSED = [
    ({"name": ""}, "name"),
    ({"name": "purchase"}, "name"),
    ({"event": " "}, "event"),
    ({"value": -1}, "value"),
    ({"value": "much"}, "value"),
    ({"value": float("nan")}, "value"),
    ({"value": True}, "value"),
    ({"count": "twice"}, "count"),
    ({"lookback_days": 0}, "lookback_days"),
    ({"where": [{"property": "a", "op": "like", "value": 1}]}, "where.0.op"),
    ({"where": [{"property": "", "op": "equals", "value": 1}]}, "where.0.property"),
]


@pytest.mark.parametrize(("wrong", "field"), REFUSED)
def test_goals_that_are_refused(shop, wrong, field):
    with pytest.raises(Refusal) as refused:
        create_goal(shop.workspace, **({"name": "new", "event": "Seen"} | wrong))
    assert refused.value.field == field
    assert shop.count(Goal) == 1


LEAD = {"name": "Lead", "event": "Signed Up", "role": "lead"}
TRIAL = {"name": "Trial", "event": "Trial Started", "role": None}
CUSTOMER = {"name": "Customer", "event": "Order Completed", "role": "customer"}


def entries(shop: Shop) -> list[tuple[str, datetime]]:
    with shop.open():
        names = dict(shop.rows(Stage).values_list("id", "name"))
        return [(names[e.stage_id], e.at) for e in shop.rows(StageEntry).order_by("at")]


def test_a_pipeline_reaches_back_and_each_stage_is_a_goal(shop):
    shop.tell(event("track", "ada", minutes(2), name="Signed Up"), event("track", "ada", minutes(4), name="Signed Up"))
    stages = set_pipeline(shop.workspace, [LEAD, CUSTOMER])
    shop.derive()
    assert [(s.position, s.name, s.role) for s in stages] == [(1, "Lead", "lead"), (2, "Customer", "customer")]
    assert entries(shop) == [("Lead", minutes(2)), ("Customer", minutes(5))]
    with shop.open():
        goals = {goal.pk: (goal.name, goal.count) for goal in shop.rows(Goal)}
    assert [goals[stage.goal_id] for stage in stages] == [("Lead", "once"), ("purchase", "every")]
    assert [name for name, _, _ in shop.conversions()] == ["Lead", "purchase"]


def test_a_pipeline_is_replaced(shop):
    before = set_pipeline(shop.workspace, [LEAD, CUSTOMER])
    shop.derive()
    shop.changed_days()
    after = set_pipeline(shop.workspace, [CUSTOMER, TRIAL, LEAD])
    assert [s.pk for s in after][::2] == [before[1].pk, before[0].pk]
    # Nothing that anchors credit has changed.
    assert shop.changed_days() == set()
    set_pipeline(shop.workspace, [TRIAL])
    shop.derive()
    assert entries(shop) == []
    assert shop.changed_days() == {NOON_DAY}
    assert set_pipeline(shop.workspace, []) == []


def test_pipelines_that_are_refused(shop):
    for stages, field in [
        ([LEAD, LEAD], "stages.1.name"),
        ([LEAD, CUSTOMER | {"role": "lead"}], "stages.1.role"),
        ([LEAD | {"role": "boss"}], "stages.0.role"),
        ([{"name": "Lead"}], "stages.0.event"),
    ]:
        with pytest.raises(Refusal) as refused:
            set_pipeline(shop.workspace, stages)
        assert refused.value.field == field
    assert shop.count(Stage) == 0


def test_a_person_who_cannot_be_derived_again_stands_aside(shop, monkeypatch):
    from tests.tracking.test_derive import poison
    from tracking.models import RejectedEvent

    shop.tell(*(order(f"u{n}", minutes(n), f"x{n}", f"x{n}", revenue=1) for n in range(5)))
    poison(monkeypatch, "x3")
    change_settings(shop.workspace, {"currency": "USD"})
    shop.derive()
    assert shop.count(ChangedPerson) == 0
    with shop.open():
        assert [row.events for row in shop.rows(RejectedEvent)] == [0]
        currencies = sorted(shop.rows(Conversion).values_list("currency", flat=True))
    assert currencies == ["EUR"] + ["USD"] * 5
