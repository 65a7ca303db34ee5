import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from accounts.rowsecurity import TenantTable, app_role, run_as_definer

# Whoever moves a path holds the lock before looking which days are summed, and whoever sums them takes it alone: so
# either the sum knows of the move or the move knows of the sum. Runs with the rights of whoever moved it.
NOTE = """
create function attribution_note_moves() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform pg_advisory_xact_lock_shared(hashtextextended('attribution.open:' || workspace_id, 0))
        from (select distinct workspace_id from came) as w;
    else
        perform pg_advisory_xact_lock_shared(hashtextextended('attribution.open:' || workspace_id, 0))
        from (select distinct workspace_id from went) as w;
    end if;
    if tg_op <> 'INSERT' then
        insert into attribution_openmove (workspace_id, people, last_at, ats, marks, goals, reached_at)
        select workspace_id, -1, last_at, ats, marks, goals, reached_at from went
        where exists (
            select from attribution_openday d
            where d.workspace_id = went.workspace_id and d.ends_at > went.last_at and d.starts_at <= went.last_at
        );
    end if;
    if tg_op <> 'DELETE' then
        insert into attribution_openmove (workspace_id, people, last_at, ats, marks, goals, reached_at)
        select workspace_id, 1, last_at, ats, marks, goals, reached_at from came
        where exists (
            select from attribution_openday d
            where d.workspace_id = came.workspace_id and d.ends_at > came.last_at and d.starts_at <= came.last_at
        );
    end if;
    return null;
end
$$;
create trigger note_coming after insert on tracking_openpath referencing new table as came
    for each statement execute function attribution_note_moves();
create trigger note_moving after update on tracking_openpath referencing old table as went new table as came
    for each statement execute function attribution_note_moves();
create trigger note_going after delete on tracking_openpath referencing old table as went
    for each statement execute function attribution_note_moves();
"""
# A day is summed a day after its end, so the newest sum is never older than two days; summer time may add an hour.
WAITING = """
language sql stable as $$
    select workspace_id from attribution_openmove where noted_at <= now() - gathered
    union
    select w.id from accounts_workspace w
    where exists (select from tracking_openpath o where o.workspace_id = w.id and o.last_at < now() - interval '2 days')
        and not exists (
            select from attribution_openday d
            where d.workspace_id = w.id and d.ends_at > now() - interval '50 hours'
        )
$$
"""


def make_functions(apps, schema_editor):
    schema_editor.execute(NOTE)
    name = "attribution_workspaces_with_open_days(gathered interval) returns setof bigint"
    run_as_definer(schema_editor, name, WAITING, app_role())


class Migration(migrations.Migration):
    """Sum open paths by day while nobody waits, and note what moves afterwards."""

    dependencies = [
        ('accounts', '0002_find_write_key'),
        ('attribution', '0004_fill_every_day_again'),
        ('tracking', '0005_open_paths'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpenDay',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace_id', 'goal_id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('goal_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('lookback_days', models.IntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('marks', models.BinaryField()),
                ('lengths', models.BinaryField()),
                ('people', models.BinaryField()),
                ('workspace', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', 'ends_at'], name='openday_by_end')],
            },
        ),
        migrations.CreateModel(
            name='OpenMove',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('people', models.SmallIntegerField()),
                ('last_at', models.DateTimeField()),
                ('ats', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('goals', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('reached_at', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None)),
                ('noted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('workspace', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', 'last_at'], name='openmove_by_time')],
            },
        ),
        TenantTable('attribution_openday', key=None),
        TenantTable('attribution_openmove'),
        migrations.RunPython(make_functions, migrations.RunPython.noop),
    ]
