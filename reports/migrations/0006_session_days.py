import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from accounts.rowsecurity import TenantTable, app_role, run_as_definer

# Whoever moves a session holds the lock before looking which days are summed, and whoever sums them takes it alone: so
# either the sum knows of the session or the session knows of the sum. When a session began is its key, which no update
# changes. Runs with the rights of whoever moved it.
NOTE = """
create function reports_note_sessions() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('reports.sessions:' || workspace_id, 0))
    from (select distinct workspace_id from moved) as w;
    insert into reports_sessionmove (workspace_id, day)
    select distinct d.workspace_id, d.day
    from (
        select workspace_id, min(started_at) as first_at, max(started_at) as last_at from moved
        group by workspace_id, date_bin('1 day', started_at, timestamptz 'epoch')
    ) as m, lateral (
        select d.workspace_id, d.day from reports_sessionday d
        where d.workspace_id = m.workspace_id and d.ends_at > m.first_at and d.starts_at <= m.last_at offset 0
    ) as d
    where not exists (
        select from reports_sessionmove known where known.workspace_id = d.workspace_id and known.day = d.day
    );
    return null;
end
$$;
create trigger note_coming after insert on tracking_session referencing new table as moved
    for each statement execute function reports_note_sessions();
create trigger note_changing after update on tracking_session referencing new table as moved
    for each statement execute function reports_note_sessions();
create trigger note_going after delete on tracking_session referencing old table as moved
    for each statement execute function reports_note_sessions();
"""
FORGET = """
drop trigger note_coming on tracking_session;
drop trigger note_changing on tracking_session;
drop trigger note_going on tracking_session;
drop function reports_note_sessions();
drop function reports_workspaces_with_session_days(interval);
"""
# A day is summed a day after its end, so the newest sum is never older than two days; summer time may add an hour.
WAITING = """
language sql stable as $$
    select workspace_id from reports_sessionmove where noted_at <= now() - gathered
    union
    select w.id from accounts_workspace w
    where exists (
            select from tracking_session s where s.workspace_id = w.id and s.started_at < now() - interval '2 days'
        )
        and not exists (
            select from reports_sessionday d
            where d.workspace_id = w.id and d.ends_at > now() - interval '50 hours'
        )
$$
"""
# Rows that are read by the hundred stay as they are, within their page.
PLAIN = """
alter table reports_sessionday set (toast_tuple_target = 8160);
alter table reports_sessionday alter column marks set storage external, alter column counts set storage external;
"""


def make_functions(apps, schema_editor):
    schema_editor.execute(NOTE)
    name = "reports_workspaces_with_session_days(gathered interval) returns setof bigint"
    run_as_definer(schema_editor, name, WAITING, app_role())


def drop_functions(apps, schema_editor):
    schema_editor.execute(FORGET)


def of_workspace():
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="accounts.workspace",
    )


class Migration(migrations.Migration):
    """Count sessions by day while nobody waits, and note which days no longer hold."""

    dependencies = [
        ("accounts", "0004_members_and_audit"),
        ("reports", "0005_lateness"),
        ("tracking", "0013_visits_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "workspace_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("marks", models.BinaryField()),
                ("counts", models.BinaryField()),
                ("workspace", of_workspace()),
            ],
            options={
                "indexes": [models.Index(fields=["workspace", "ends_at"], name="sessionday_by_end")],
            },
        ),
        migrations.CreateModel(
            name="SessionMove",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("noted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("workspace", of_workspace()),
            ],
            options={
                "indexes": [models.Index(fields=["workspace", "day"], name="sessionmove_by_day")],
            },
        ),
        TenantTable("reports_sessionday", key=None),
        TenantTable("reports_sessionmove"),
        migrations.RunSQL(PLAIN, migrations.RunSQL.noop),
        migrations.RunPython(make_functions, drop_functions),
    ]
