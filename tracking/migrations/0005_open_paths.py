import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import TenantTable

FILL = """
insert into tracking_openpath (workspace_id, person_id, last_at, ats, marks, goals, reached_at)
select t.workspace_id, t.person_id, max(t.at), array_agg(t.at order by t.at, t.tie),
       array_agg(t.mark_id order by t.at, t.tie), coalesce(min(r.goals), '{}'), coalesce(min(r.ats), '{}')
from tracking_touch t left join (
    select workspace_id, person_id, array_agg(goal_id order by goal_id) as goals, array_agg(at order by goal_id) as ats
    from (
        select workspace_id, person_id, goal_id, max(at) as at from tracking_conversion
        group by workspace_id, person_id, goal_id
    ) as latest
    group by workspace_id, person_id
) as r on r.workspace_id = t.workspace_id and r.person_id = t.person_id
group by t.workspace_id, t.person_id
"""


class Migration(migrations.Migration):
    """Keep each person's touches, and what the person has reached, in one row."""

    dependencies = [
        ('accounts', '0002_find_write_key'),
        ('tracking', '0004_plan_for_any_workspace'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpenPath',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace_id', 'person_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.BigIntegerField()),
                ('last_at', models.DateTimeField()),
                ('ats', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('goals', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('reached_at', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None)),
                ('workspace', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', 'last_at'], name='openpath_by_day')],
            },
        ),
        migrations.RunSQL(
            'alter table tracking_openpath alter column workspace_id set statistics 0', migrations.RunSQL.noop
        ),
        TenantTable('tracking_openpath', key=None),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
