"""What is older than it is kept: found by its time, deleted some at a time, and counted on."""

from datetime import date, datetime, timedelta
from typing import Any

from tracking.storage.rows import run

_WAITS = """
select exists (select from tracking_changedperson where workspace_id = %(workspace)s)
    or exists (select from tracking_changedday where workspace_id = %(workspace)s and day < %(day)s)
    or exists (
        select from (select message_id from tracking_inbox where workspace_id = %(workspace)s) i, lateral (
            select at from tracking_event e
            where e.workspace_id = %(workspace)s and e.message_id = i.message_id offset 0
        ) as waiting where waiting.at < %(seal)s
    )
"""
# What has just come in is first told that it is too late.
_REMOVE = """
with gone as (
    delete from tracking_event where workspace_id = %(workspace)s and message_id = any(array(
        select message_id from tracking_event
        where workspace_id = %(workspace)s and kind {kinds} ('page', 'screen', 'track') and at < %(seal)s
            and message_id not in (select message_id from tracking_inbox where workspace_id = %(workspace)s)
        order by at limit %(size)s
    )) returning 1
) select count(*) from gone
"""
# Rows that only count say nothing of any event.
_COUNTS_ONLY = "body is null and message_id is null and field = '' and detail = ''"
_FORGET_REJECTED = f"""
with gone as (
    delete from tracking_rejectedevent where workspace_id = %(workspace)s and id = any(array(
        select id from tracking_rejectedevent
        where workspace_id = %(workspace)s and received_at < %(too_old)s and not ({_COUNTS_ONLY}) limit %(size)s
    )) returning received_at, reason, door, events
), kept as (
    insert into tracking_rejectedevent (workspace_id, received_at, reason, door, events)
    select %(workspace)s, max(received_at), reason, door, sum(events) from gone group by reason, door
    having sum(events) > 0
) select count(*) from gone
"""  # noqa: S608 - our own text
# One statement: whoever sums meanwhile sees all of the rows or the one that stands for them.
_FOLD = """
with full_of_rows as (
    select date_bin(%(width)s, received_at, timestamptz 'epoch') as bucket{same}
    from {table} where workspace_id = %(workspace)s and received_at < %(until)s and {plain}
    group by bucket{same} having count(*) > 1 order by bucket limit %(size)s
), gone as (
    delete from {table} t using full_of_rows f
    where t.workspace_id = %(workspace)s and t.received_at >= f.bucket and t.received_at < f.bucket + %(width)s
        and t.received_at < %(until)s and {plain} {equal}
    returning f.bucket, t.received_at, t.events{of_row}
), folded as (
    insert into {table} (workspace_id, received_at, events{same})
    select %(workspace)s, max(received_at), sum(events){same} from gone group by bucket{same}
    returning 1
) select count(*) from folded
"""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Who asks how much came in asks for hours of late, and for days of long ago.
KEPT_BY_HOUR = timedelta(days=35)
BUCKETS_A_BATCH = 500


def waits_before(workspace_id: int, seal: datetime, day: date) -> bool:
    """Whether anything is yet to be worked out of events before the seal, which begins a day: facts or numbers."""
    return bool(run(workspace_id, _WAITS, seal=seal, day=day)[0][0])


def remove_events_before(workspace_id: int, seal: datetime, most: int) -> int:
    """Delete the oldest events before the seal, at most `most` of a sort; how many went."""
    return sum(run(workspace_id, _REMOVE.format(kinds=kinds), seal=seal, size=most)[0][0] for kinds in ("in", "not in"))


def forget_rejected(workspace_id: int, too_old: datetime, most: int) -> int:
    """Delete what was rejected before `too_old`, at most `most`, and go on counting it; how many went."""
    return int(run(workspace_id, _FORGET_REJECTED, too_old=too_old, size=most)[0][0])


def fold_counts(workspace_id: int, now: datetime) -> int:
    """Sum counts of the past by hour, and by day where that is enough; how many sums were made.

    Every sum over a table stays what it was, whoever adds to it meanwhile.
    """
    folded = 0
    for width, until in ((DAY, now - KEPT_BY_HOUR), (HOUR, now - HOUR)):
        values = {"width": width, "until": until, "size": BUCKETS_A_BATCH}
        folded += _fold(workspace_id, "tracking_eventcount", (), "true", values)
        folded += _fold(workspace_id, "tracking_rejectedevent", ("reason", "door"), _COUNTS_ONLY, values)
    return folded


def _fold(workspace_id: int, table: str, same: tuple[str, ...], plain: str, values: dict[str, Any]) -> int:
    statement = _FOLD.format(
        table=table,
        plain=plain,
        same="".join(f", {name}" for name in same),
        of_row="".join(f", t.{name}" for name in same),
        equal="".join(f" and t.{name} = f.{name}" for name in same),
    )
    return int(run(workspace_id, statement, **values)[0][0])
