"""Filling changed days: from committed touches and conversions to stored credit."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.tenancy import workspace_scope
from attribution import actions, tasks
from attribution.actions import fill_days, fill_next_days, find_workspaces_to_fill
from attribution.storage import days
from tests.attribution.conftest import close_after, in_another_connection, make_client
from tracking.models import ChangedPerson, Refill

MARCH = [date(2026, 3, 1) + timedelta(days=n) for n in range(-40, 40)]


@pytest.fixture
def anna(client_of_agency):
    return client_of_agency


def tell_two_months(client, *, seed=1):
    """Forty people around March 2026, the night the clocks change included, with ties and lone conversions."""
    chance = random.Random(seed)
    for person in range(1, 41):
        for _ in range(chance.randrange(5)):
            when = f"2026-{chance.choice(['02', '03'])}-{chance.randrange(1, 29):02} {chance.randrange(24):02}:00"
            client.touched(person, when, chance.choice(list(client.marks)), tie=chance.randrange(10**4))
        for _ in range(chance.randrange(3)):
            when = f"2026-03-{chance.randrange(1, 32):02} {chance.randrange(24):02}:{chance.choice(['00', '30'])}"
            value = chance.choice([None, 0, 80_000_000, chance.randrange(10**12)])
            client.reached(person, when, value=value, goal=chance.choice(["purchase", "lead"]))
        for role in chance.sample(["lead", "opportunity", ""], chance.randrange(4)):
            client.entered(person, f"2026-03-{chance.randrange(1, 20):02} {chance.randrange(24):02}:00", role)


def test_a_search_visit_and_a_social_ad_share_an_order(anna):
    anna.touched(1, "2026-03-01 09:00", "Organic Search")
    anna.touched(1, "2026-03-22 09:00", "Paid Social")
    anna.reached(1, "2026-03-22 09:10", value=80_000_000)
    fill_days(anna.workspace, [date(2026, 3, 22)])
    assert anna.credit("linear", "2026-03-22") == {"Organic Search": 0.5, "Paid Social": 0.5}
    assert anna.credit("first_touch", "2026-03-22") == {"Organic Search": 1}
    assert anna.credit("last_touch", "2026-03-22") == {"Paid Social": 1}
    assert anna.credit("time_decay", "2026-03-22") == {
        "Organic Search": 0.111111111,
        "Paid Social": 0.888888889,
    }
    [linear] = [row for row in anna.stored() if row.rule == "linear"]
    assert (linear.value, linear.conversions_value) == ([40_000_000, 40_000_000], 80_000_000)


def test_the_first_entries_of_lead_and_opportunity_anchor_credit(anna):
    for day, mark in enumerate(["Organic Search", "Email", "Paid Social", "Direct"], start=1):
        anna.touched(1, f"2026-03-{day:02} 09:00", mark)
    anna.entered(1, "2026-03-02 10:00", "lead")
    anna.entered(1, "2026-03-03 09:00", "opportunity")
    anna.entered(1, "2026-03-01 10:00", "")
    anna.entered(2, "2026-03-01 10:00", "lead")
    anna.reached(1, "2026-03-22 09:10", value=80_000_000)
    fill_days(anna.workspace, [date(2026, 3, 22)])
    assert anna.credit("w_shaped", "2026-03-22") == {
        "Organic Search": 0.3,
        "Email": 0.3,
        "Paid Social": 0.3,
        "Direct": 0.1,
    }
    assert anna.credit("u_shaped", "2026-03-22")["Email"] == 0.4
    assert anna.credit("full_path", "2026-03-22") == dict.fromkeys(anna.marks, 0.25)


def test_fills_equal_a_computation_from_scratch(anna):
    tell_two_months(anna)
    anna.changed(*map(str, MARCH))
    assert anna.sums_from_scratch()
    while fill_next_days(anna.workspace):
        pass
    assert anna.sums() == anna.sums_from_scratch()
    assert anna.paths() == anna.paths_from_scratch() != {}
    assert anna.changed_days() == []
    fill_days(anna.workspace, MARCH)
    assert anna.sums() == anna.sums_from_scratch()
    assert anna.paths() == anna.paths_from_scratch()


def test_changed_settings_hold_from_the_next_fill(anna):
    tell_two_months(anna, seed=2)
    fill_days(anna.workspace, MARCH)
    before = anna.sums(), anna.paths()
    type(anna.workspace).objects.update(lookback_days=9, half_life_days=2.5, timezone="America/Los_Angeles")
    fill_days(anna.workspace, MARCH)
    assert anna.sums() == anna.sums_from_scratch() != before[0]
    assert anna.paths() == anna.paths_from_scratch() != before[1]


def test_a_late_touch_changes_the_marked_days_only(anna):
    anna.reached(1, "2026-03-10 12:00")
    anna.reached(1, "2026-03-11 12:00")
    fill_days(anna.workspace, [date(2026, 3, 10), date(2026, 3, 11)])
    filled_at = {row.filled_at for row in anna.stored()}
    anna.touched(1, "2026-03-09 12:00", "Email")
    anna.changed("2026-03-11", "2026-03-11")
    assert fill_next_days(anna.workspace) is False
    assert anna.credit("linear", "2026-03-10") == {}
    assert anna.credit("linear", "2026-03-11") == {"Email": 1}
    assert {row.filled_at for row in anna.stored() if str(row.day) == "2026-03-10"} == filled_at
    assert anna.changed_days() == []


def test_days_begin_at_midnight_of_the_workspace_also_when_clocks_change(anna):
    # Berlin goes from UTC+1 to UTC+2 on 29 March 2026, a day of 23 hours.
    for when in ("2026-03-28 22:59", "2026-03-28 23:00", "2026-03-29 21:59", "2026-03-29 22:00"):
        anna.reached(1, when)
    fill_days(anna.workspace, [date(2026, 3, day) for day in (28, 29, 30)])
    counted = {str(row.day): row.conversions for row in anna.stored() if row.rule == "linear"}
    assert counted == {"2026-03-28": 1, "2026-03-29": 2, "2026-03-30": 1}


def test_a_goal_looks_back_as_far_as_it_says_itself(anna):
    anna.touched(1, "2026-03-01 12:00", "Email")
    for goal in ("purchase", "lead"):
        anna.reached(1, "2026-03-10 12:00", goal=goal)
    fill_days(anna.workspace, [date(2026, 3, 10)])
    assert anna.credit("linear", "2026-03-10") == {"Email": 1}
    assert anna.credit("linear", "2026-03-10", goal="lead") == {}
    lookbacks = {(row.goal_id, row.lookback_days, row.unattributed) for row in anna.stored()}
    assert lookbacks == {(anna.goals["purchase"], 90, 0), (anna.goals["lead"], 5, 1)}


def test_equal_times_go_by_their_tie(anna):
    for tie, mark in ((2, "Paid Social"), (0, "Email"), (1, "Organic Search")):
        anna.touched(1, "2026-03-10 12:00", mark, tie=tie)
    anna.reached(1, "2026-03-10 12:00")
    fill_days(anna.workspace, [date(2026, 3, 10)])
    assert anna.credit("first_touch", "2026-03-10") == {"Email": 1}
    assert anna.credit("last_touch", "2026-03-10") == {"Paid Social": 1}


def test_a_day_that_lost_its_conversions_keeps_no_rows(anna):
    anna.reached(1, "2026-03-10 12:00")
    fill_days(anna.workspace, [date(2026, 3, 10)])
    assert anna.stored()
    type(anna.workspace).objects.update(timezone="Pacific/Kiritimati")
    fill_days(anna.workspace, [date(2026, 3, 10), date(2026, 3, 11)])
    assert {str(row.day) for row in anna.stored()} == {str(day) for day, _, _ in anna.paths()} == {"2026-03-11"}


def test_killed_in_the_middle_the_old_rows_and_the_marks_stand(anna, monkeypatch):
    anna.reached(1, "2026-03-10 12:00")
    fill_days(anna.workspace, [date(2026, 3, 10)])
    before = anna.sums()
    anna.touched(1, "2026-03-10 11:00", "Email")
    anna.changed("2026-03-10")
    monkeypatch.setattr(days, "_columns_of", end_the_server_process)
    with pytest.raises(Exception, match=r"terminat|closed|lost"):
        fill_days(anna.workspace, [date(2026, 3, 10)])
    connection.close()
    assert anna.sums() == before
    assert anna.changed_days() == ["2026-03-10"]
    monkeypatch.undo()
    fill_next_days(anna.workspace)
    assert anna.credit("linear", "2026-03-10") == {"Email": 1}


def test_equal_paths_of_a_day_are_one_and_touchless_conversions_stand_beside(anna):
    for person in (1, 2, 3):
        anna.touched(person, "2026-03-01 09:00", "Email")
        anna.touched(person, "2026-03-02 09:00", "Direct" if person == 3 else "Email")
        anna.reached(person, "2026-03-10 12:00", value=person)
    anna.reached(4, "2026-03-10 12:00", value=50)
    fill_days(anna.workspace, [date(2026, 3, 10)])
    email, direct = anna.marks["Email"], anna.marks["Direct"]
    assert anna.paths() == {
        (date(2026, 3, 10), anna.goals["purchase"], 90): (
            {(email, email): (2, 3), (email, direct): (1, 3)},
            (4, 56, 1, 50),
        )
    }


def end_the_server_process(*_):
    """What a crash looks like to the database: the connection ends between delete and insert."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")


def test_a_change_that_comes_while_a_fill_runs_keeps_its_mark(anna, monkeypatch):
    anna.reached(1, "2026-03-10 12:00")
    anna.changed("2026-03-10")
    load = actions.load_slice

    def load_and_be_late(*args):
        loaded = load(*args)
        in_another_connection(lambda: anna.touched(1, "2026-03-10 11:00", "Email"))
        in_another_connection(lambda: anna.changed("2026-03-10"))
        return loaded

    monkeypatch.setattr(actions, "load_slice", load_and_be_late)
    fill_next_days(anna.workspace)
    assert anna.credit("linear", "2026-03-10") == {}
    assert anna.changed_days() == ["2026-03-10"]
    monkeypatch.undo()
    fill_next_days(anna.workspace)
    assert anna.credit("linear", "2026-03-10") == {"Email": 1}


def test_two_fills_at_once_give_what_one_gives(anna, monkeypatch):
    tell_two_months(anna, seed=3)
    load = actions.load_slice

    def load_slowly(*args):
        loaded = load(*args)
        time.sleep(0.3)
        return loaded

    monkeypatch.setattr(actions, "load_slice", load_slowly)
    with ThreadPoolExecutor(2) as pool:
        fills = [pool.submit(close_after, lambda: fill_days(anna.workspace, MARCH)) for _ in range(2)]
    assert [done.result() for done in fills] == [None, None]
    assert anna.sums() == anna.sums_from_scratch()


def test_while_one_fill_runs_another_look_passes_by(anna):
    anna.changed("2026-03-10")
    with workspace_scope(anna.workspace):
        actions._lock_fills(anna.workspace)
        in_another_connection(lambda: fill_next_days(anna.workspace))
    assert anna.changed_days() == ["2026-03-10"]


def test_a_long_refill_shows_its_progress_and_its_end(anna, monkeypatch):
    monkeypatch.setattr(actions, "DAYS_A_CHUNK", 2)
    with workspace_scope(anna.workspace):
        refill = Refill.objects.create(workspace=anna.workspace, kind="refill", reason="look-back", total=3)
        person = ChangedPerson.objects.create(workspace=anna.workspace, person_id=1, refill_id=refill.id)
    anna.changed("2026-03-10", "2026-03-11", "2026-03-12", refill=refill.id)
    assert fill_next_days(anna.workspace) is True
    assert anna.changed_days() == ["2026-03-10"]
    assert fill_next_days(anna.workspace) is False
    assert refill_ended(anna, refill) is False
    with workspace_scope(anna.workspace):
        ChangedPerson.objects.of(anna.workspace).filter(id=person.id).delete()
    anna.changed("2026-03-10", refill=refill.id)
    fill_next_days(anna.workspace)
    assert refill_ended(anna, refill) is True


def test_a_chunk_is_bounded_by_its_conversions_but_never_empty(anna, monkeypatch):
    monkeypatch.setattr(actions, "CONVERSIONS_A_CHUNK", 1)
    for day in ("10", "10", "11", "12"):
        anna.reached(1, f"2026-03-{day} 12:00")
    anna.changed("2026-03-10", "2026-03-11", "2026-03-12")
    left = []
    while fill_next_days(anna.workspace):
        left.append(anna.changed_days())
    assert left == [["2026-03-10", "2026-03-11"], ["2026-03-10"]]
    assert anna.sums() == anna.sums_from_scratch()


def test_one_workspace_never_sees_anothers_facts(anna):
    berta = make_client("berta")
    for client, mark in ((anna, "Email"), (berta, "Paid Social")):
        client.touched(1, "2026-03-10 11:00", mark)
        client.reached(1, "2026-03-10 12:00")
        fill_days(client.workspace, [date(2026, 3, 10)])
    assert anna.credit("linear", "2026-03-10") == {"Email": 1}
    assert berta.credit("linear", "2026-03-10") == {"Paid Social": 1}


def test_beat_finds_the_workspaces_whose_marks_have_waited(anna, monkeypatch):
    berta = make_client("berta")
    assert find_workspaces_to_fill() == []
    anna.changed("2026-03-10")
    asked = []
    monkeypatch.setattr(tasks.fill_changed_days, "delay", asked.append)
    tasks.look_for_changed_days()
    assert asked == [anna.workspace.pk]
    monkeypatch.setattr(actions, "GATHER_SECONDS", 3600.0)
    assert berta.workspace.pk not in find_workspaces_to_fill() == []


def test_the_task_fills_chunk_after_chunk(anna, monkeypatch):
    monkeypatch.setattr(actions, "DAYS_A_CHUNK", 1)
    monkeypatch.setattr(tasks.fill_changed_days, "delay", tasks.fill_changed_days)
    for day in ("2026-03-10", "2026-03-11", "2026-03-12"):
        anna.reached(1, f"{day} 12:00")
        anna.changed(day)
    tasks.fill_changed_days(anna.workspace.pk)
    assert anna.changed_days() == []
    assert anna.sums() == anna.sums_from_scratch()


def test_a_fill_goes_on_when_its_reading_connection_has_died(anna):
    tell_two_months(anna)
    fill_days(anna.workspace, MARCH[:40])
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
        )
        assert cursor.fetchall() == [(True,)]
    fill_days(anna.workspace, MARCH)
    assert anna.sums() == anna.sums_from_scratch()


def refill_ended(client, refill):
    with workspace_scope(client.workspace):
        return Refill.objects.of(client.workspace).get(id=refill.id).finished_at is not None
