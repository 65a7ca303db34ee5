"""A workspace of a million touches, written straight into the tables: what pages and reports are measured on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from config.embedded import postgres

DAYS = 365
CHANNELS = ["Paid Search", "Organic Search", "Paid Social", "Organic Social", "Email", "Display", "Referral", "Direct",
            "Affiliates", "Video", "SMS", "Other"]  # fmt: skip
CAMPAIGNS = 18
# Every fourth touch is somebody's first; every fifteenth leads to an order, every tenth to a sign-up.
TOUCHES_A_PERSON, TOUCHES_AN_ORDER, TOUCHES_A_LEAD = 4, 15, 10

STATEMENTS = """
insert into tracking_person (workspace_id, id, created_at)
select {workspace}, n, now() from generate_series(1, {people}) n;

insert into tracking_alias (workspace_id, namespace, value, person_id)
select {workspace}, 'anonymous', 'p' || n, n from generate_series(1, {people}) n;

insert into tracking_mark (id, workspace_id, digest, source, medium, campaign, landing_path, channel)
select n, {workspace}, decode(md5(n::text), 'hex'), 'source ' || n / {campaigns}, 'medium ' || n / {campaigns},
    'campaign ' || n % {campaigns}, '/landing/' || n % 7, (array[{channels}])[1 + n / {campaigns}]
from generate_series(0, {marks} - 1) n;

insert into tracking_touch (workspace_id, person_id, at, tie, mark_id)
select {workspace}, 1 + floor(random() * {people}), timestamptz '{end}' - random() * interval '{days} days', n,
    floor(power(random(), 2) * {marks})
from generate_series(1, {touches}) n;

insert into tracking_touchdetail (workspace_id, person_id, at, tie, message_id, landing_url, click_ids)
select workspace_id, person_id, at, tie, 'm' || tie, 'https://shop.example.test/landing/' || mark_id % 7, '{{}}'
from tracking_touch where workspace_id = {workspace};

insert into tracking_session (workspace_id, person_id, started_at, tie, ended_at, hits, mark_id)
select workspace_id, person_id, at, tie, at + interval '5 minutes', 3, mark_id
from tracking_touch where workspace_id = {workspace};

insert into tracking_conversion (workspace_id, goal_id, key, person_id, at, message_id, order_id, value_micros,
    amount_micros, currency, refunded_micros, rate, note)
select workspace_id, {order_goal}, 'order:o' || tie, person_id, at + interval '1 hour', 'o' || tie, 'o' || tie,
    (1000 + tie % 9000) * 10000, (1000 + tie % 9000) * 10000, 'USD', 0, 1, ''
from tracking_touch where workspace_id = {workspace} and tie % {an_order} = 0;

insert into tracking_conversion (workspace_id, goal_id, key, person_id, at, message_id, currency, refunded_micros, note)
select distinct on (person_id) workspace_id, {lead_goal}, 'event:l' || tie, person_id, at + interval '10 minutes',
    'l' || tie, 'USD', 0, ''
from tracking_touch where workspace_id = {workspace} and tie % {a_lead} = 0 order by person_id, at;

insert into tracking_stageentry (workspace_id, person_id, stage_id, at, message_id)
select c.workspace_id, c.person_id, s.id, min(c.at), min(c.message_id)
from tracking_conversion c join tracking_stage s on s.workspace_id = c.workspace_id and s.goal_id = c.goal_id
where c.workspace_id = {workspace} group by 1, 2, 3;

insert into tracking_openpath (workspace_id, person_id, last_at, ats, marks, goals, reached_at)
select t.workspace_id, t.person_id, max(t.at), array_agg(t.at order by t.at, t.tie),
    array_agg(t.mark_id order by t.at, t.tie), coalesce(min(r.goals), '{{}}'), coalesce(min(r.ats), '{{}}')
from tracking_touch t left join (
    select person_id, array_agg(goal_id order by goal_id) as goals, array_agg(at order by goal_id) as ats
    from (select person_id, goal_id, max(at) as at from tracking_conversion where workspace_id = {workspace}
          group by 1, 2) as latest group by 1
) as r on r.person_id = t.person_id
where t.workspace_id = {workspace} group by 1, 2;

alter table tracking_event disable trigger note_events;
insert into tracking_event (workspace_id, message_id, received_at, at, kind, anonymous_id, payload, door)
select workspace_id, message_id, at, at, 'page', 'p' || person_id,
    jsonb_build_object('properties', jsonb_build_object('url', landing_url)), 'segment'
from tracking_touchdetail where workspace_id = {workspace};
insert into tracking_event (workspace_id, message_id, received_at, at, kind, anonymous_id, name, order_id, payload,
    door)
select c.workspace_id, c.message_id, c.at, c.at, 'track', 'p' || c.person_id, g.event, c.order_id,
    jsonb_build_object('properties', jsonb_build_object('revenue', c.amount_micros / 1000000)), 'segment'
from tracking_conversion c join tracking_goal g on g.workspace_id = c.workspace_id and g.id = c.goal_id
where c.workspace_id = {workspace};
alter table tracking_event enable trigger note_events;

insert into tracking_stageevent (workspace_id, person_id, name, at, tie)
select workspace_id, substr(anonymous_id, 2)::bigint, name, at,
    row_number() over (partition by anonymous_id, name, at) - 1
from tracking_event where workspace_id = {workspace} and kind = 'track';

insert into tracking_eventcount (workspace_id, received_at, events)
select workspace_id, date_trunc('hour', received_at), count(*) from tracking_event where workspace_id = {workspace}
group by 1, 2;
"""


def make_big_shop(data_dir: Any, touches: int) -> Any:
    """A workspace with a year of touches, orders, leads, spend and credit; days are filled."""
    from accounts.models import Workspace
    from attribution.actions import fill_days, sum_next_open_days
    from reports.actions import sum_next_session_days

    workspace, goals = _make_workspace()
    end = datetime.now(UTC)
    values = {
        "workspace": workspace.pk,
        "touches": touches,
        "people": touches // TOUCHES_A_PERSON,
        "an_order": TOUCHES_AN_ORDER,
        "a_lead": TOUCHES_A_LEAD,
        "days": DAYS,
        "end": end,
        "campaigns": CAMPAIGNS,
        "marks": CAMPAIGNS * len(CHANNELS),
        "channels": ", ".join(f"'{channel}'" for channel in CHANNELS),
        "order_goal": goals["Order Completed"],
        "lead_goal": goals["Signed Up"],
    }
    with postgres.superuser(data_dir, "headwater") as connection:
        for statement in STATEMENTS.strip().split(";\n"):
            connection.execute(statement.format(**values))
        connection.execute("vacuum analyze")
    _pay(workspace, end.date())
    days = [end.date() - timedelta(days=number) for number in range(DAYS + 1)]
    for first in range(0, len(days), 60):
        fill_days(workspace, days[first : first + 60])
    while sum_next_open_days(workspace, end):
        pass
    while sum_next_session_days(workspace, end):
        pass
    with postgres.superuser(data_dir, "headwater") as connection:
        connection.execute("vacuum analyze")
    return Workspace.objects.get(pk=workspace.pk)


def _make_workspace() -> tuple[Any, dict[str, int]]:
    from django.db import transaction

    from accounts.actions import create_agency, create_workspace
    from accounts.tenancy import workspace_scope
    from tracking.actions import create_default_goals, set_pipeline
    from tracking.models import Goal

    with transaction.atomic():
        workspace, _ = create_workspace(create_agency("Bench"), name="Big Shop")
        create_default_goals(workspace)
    stages = [("Lead", "Signed Up", "lead"), ("Customer", "Order Completed", "customer")]
    set_pipeline(workspace, [{"name": name, "event": event, "role": role} for name, event, role in stages])
    with workspace_scope(workspace):
        return workspace, dict(Goal.objects.of(workspace).values_list("event", "id"))


def _pay(workspace: Any, today: date) -> None:
    from campaigns.actions import put_spend
    from campaigns.core.reading import read_row

    days = [today - timedelta(days=number) for number in range(1, DAYS)]
    rows = [
        {"start": str(day), "end": str(day), "amount": "120.50", "currency": "USD", "channel": channel}
        for day in days
        for channel in CHANNELS[:5]
    ]
    for first in range(0, len(rows), 500):
        put_spend(workspace, [read_row(row) for row in rows[first : first + 500]])
