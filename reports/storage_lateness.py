"""The one door to when conversions came in: counted from events by a worker, read by reports as one small row."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min

from accounts.models import Workspace
from common.periods import day_of, start_of_day
from reports import models
from reports.ask import ask
from reports.core.lateness import LEAST_CONVERSIONS, LOOK_BACK_DAYS, Cohort, Lateness
from tracking.intake.values import parse_time
from tracking.models import EventCount, Goal

# One group for each hour of each day, or a row for each conversion that says itself when it was first received.
_CAME = """
with reached as (
    select c.goal_id, c.at, e.received_at, e.door, e.payload ->> 'receivedAt' as said,
        date_trunc('day', c.at at time zone %(zone)s) as day
    from tracking_conversion c
    join tracking_event e on e.workspace_id = %(workspace)s and e.message_id = c.message_id
    where c.workspace_id = %(workspace)s and c.at >= %(from)s and c.at < %(until)s
)
select goal_id, day::date, case when said is null
        then floor(extract(epoch from received_at - (day at time zone %(zone)s)) / 3600)::int end as hour,
    said, case when said is not null then at end, max(received_at), count(*)
from reached
where said is not null or (door <> 'csv' and at >= %(live_from)s)
group by 1, 2, 3, 4, 5
"""
HOUR = timedelta(hours=1)
# The curve is of ninety days, so that it moves little in a quarter of an hour; under the evidence gate there is none.
MEASURE_EVERY, MEASURE_YOUNG_EVERY = timedelta(minutes=15), timedelta(minutes=1)
Ages = dict[date, dict[int, int]]


def count_cohorts(workspace: Workspace, now: datetime) -> dict[int, list[Cohort]]:
    """By goal, the days of LOOK_BACK_DAYS and when their conversions were first received; in the workspace's scope.

    Imports are left out: files, and what happened before the workspace's first event came in, unless the event says
    itself when it was first received (`receivedAt`, as archives of events do).
    """
    zone = ZoneInfo(workspace.timezone)
    today = day_of(now, zone)
    live_from = EventCount.objects.of(workspace).aggregate(first=Min("received_at"))["first"]
    times = {"from": start_of_day(today - timedelta(days=LOOK_BACK_DAYS), zone), "until": now}
    found: dict[int, Ages] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for goal_id, day, hour, said, at, received_at, count in ask(
        workspace, _CAME, zone=workspace.timezone, live_from=live_from or now, **times
    ):
        if hour is None:
            first = _read_first(said, at, received_at)
            hour = (first - start_of_day(day, zone)) // HOUR
        found[goal_id][day][hour] += count
    return {
        goal_id: [Cohort((now - start_of_day(day, zone)) // HOUR, dict(came)) for day, came in ages.items()]
        for goal_id, ages in found.items()
    }


def _read_first(said: str, at: datetime, received_at: datetime) -> datetime:
    """When it was first received; what cannot be, because it lies before the event or after us, is our own time."""
    first = parse_time(said)
    return first if first is not None and at <= first <= received_at else received_at


def goals_of(workspace: Workspace) -> list[int]:
    """The ids of the workspace's goals."""
    return list(Goal.objects.of(workspace).values_list("id", flat=True))


def save_lateness(workspace: Workspace, measured: dict[int, Lateness], now: datetime) -> None:
    """Replace what was measured before; goals that are gone go. In the workspace's scope."""
    models.Lateness.objects.of(workspace).delete()
    models.Lateness.objects.of(workspace).bulk_create(
        [
            models.Lateness(
                workspace_id=workspace.pk,
                goal_id=goal_id,
                measured_at=now,
                days=lateness.days,
                conversions=lateness.conversions,
                hours=lateness.hours,
                came=lateness.came,
                out_of=lateness.out_of,
            )
            for goal_id, lateness in measured.items()
        ]
    )


def load_lateness(workspace: Workspace, goal_id: int) -> Lateness | None:
    """What was measured last for a goal; None before the first time. In the workspace's scope."""
    columns = ("days", "conversions", "hours", "came", "out_of")
    row = models.Lateness.objects.of(workspace).filter(goal_id=goal_id).values_list(*columns).first()
    return Lateness(*row) if row else None


def find_workspaces_to_measure(now: datetime) -> list[int]:
    """Ids of workspaces with a goal never measured, or not of late although something came in since."""
    with connection.cursor() as cursor:
        times = (now - MEASURE_EVERY, now - MEASURE_YOUNG_EVERY, LEAST_CONVERSIONS)
        cursor.execute("select reports_workspaces_to_measure(%s, %s, %s)", times)
        return [workspace_id for (workspace_id,) in cursor.fetchall()]
