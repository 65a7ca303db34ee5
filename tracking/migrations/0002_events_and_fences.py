from django.db import migrations

from accounts.rowsecurity import TenantTable, app_role, fence_statements, run_as_definer

PARTITIONS = 16

EVENT = """
create table tracking_event (
    workspace_id bigint not null,
    message_id text not null,
    received_at timestamptz not null,
    at timestamptz not null,
    time_replaced boolean not null default false,
    kind text not null,
    anonymous_id text,
    user_id text,
    name text,
    order_id text,
    payload jsonb not null,
    door text not null,
    primary key (workspace_id, message_id)
) partition by hash (workspace_id)
"""
INDEXES = """
create index event_by_anonymous on tracking_event (workspace_id, anonymous_id)
    where user_id is null and anonymous_id is not null;
create index event_by_user on tracking_event (workspace_id, user_id) where user_id is not null;
create index event_by_order on tracking_event (workspace_id, order_id) where order_id is not null;
"""
INBOX = """
create table tracking_inbox (
    workspace_id bigint not null,
    seq bigint generated always as identity,
    message_id text not null,
    received_at timestamptz not null,
    primary key (workspace_id, seq)
)
"""
# Pending work is noted in the event's own transaction: rows commit out of order, so no cursor over them is safe.
NOTE_EVENTS = """
language plpgsql as $$
begin
    insert into tracking_inbox (workspace_id, message_id, received_at)
        select workspace_id, message_id, received_at from stored;
    insert into tracking_eventcount (workspace_id, received_at, events)
        select workspace_id, max(received_at), count(*) from stored group by workspace_id;
    return null;
end $$
"""
# One step per workspace instead of a walk over every waiting row.
WAITING = """
language sql stable as $$
    with recursive waiting as (
        (select workspace_id from tracking_inbox order by workspace_id limit 1)
        union all
        select (select i.workspace_id from tracking_inbox i where i.workspace_id > w.workspace_id
                order by i.workspace_id limit 1)
        from waiting w where w.workspace_id is not null
    )
    select workspace_id from waiting where workspace_id is not null
    union select workspace_id from tracking_changedperson
$$
"""
CHANGED = """
language sql stable as $$
    select workspace_id from tracking_changedday group by workspace_id having min(noted_at) <= now() - gathered
$$
"""
FENCED = (
    "changedday changedperson conversion derivingstate eventcount goal mark person refill stage rejectedevent".split()
)
FENCED_WITH_OWN_KEY = "alias anonymouslink refund session stageentry touch touchdetail usermerge".split()


def make_tables(apps, schema_editor):
    schema_editor.execute(EVENT)
    for part in range(PARTITIONS):
        name = f"tracking_event_{part:02}"
        schema_editor.execute(
            f"create table {name} partition of tracking_event"
            f" for values with (modulus {PARTITIONS}, remainder {part})"
        )
        for statement in fence_statements(name):
            schema_editor.execute(statement)
    schema_editor.execute(INDEXES)
    for statement in fence_statements("tracking_event", collector=True):
        schema_editor.execute(statement)
    schema_editor.execute(INBOX)
    for statement in fence_statements("tracking_inbox"):
        schema_editor.execute(statement)


def make_functions(apps, schema_editor):
    from accounts.rowsecurity import collector_role

    run_as_definer(schema_editor, "tracking_note_events() returns trigger", NOTE_EVENTS)
    schema_editor.execute(
        "create trigger note_events after insert on tracking_event referencing new table as stored"
        " for each statement execute function tracking_note_events()"
    )
    run_as_definer(schema_editor, "tracking_workspaces_waiting() returns setof bigint", WAITING, app_role())
    run_as_definer(
        schema_editor,
        "tracking_workspaces_with_changed_days(gathered interval) returns setof bigint",
        CHANGED,
        app_role(),
    )
    schema_editor.execute(
        f'create policy collector on tracking_rejectedevent for insert to "{collector_role()}" with check (true)'
    )


class Migration(migrations.Migration):
    """Partitioned events, the inbox their trigger fills, and row security around every table."""

    dependencies = [("tracking", "0001_first_tables"), ("accounts", "0002_find_write_key")]

    operations = [
        migrations.RunPython(make_tables, migrations.RunPython.noop),
        *[TenantTable(f"tracking_{name}") for name in FENCED],
        *[TenantTable(f"tracking_{name}", key=None) for name in FENCED_WITH_OWN_KEY],
        migrations.RunPython(make_functions, migrations.RunPython.noop),
    ]
