import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import TenantTable, app_role, run_as_definer

# Whose lateness was never measured for some goal, or before a moment (a later one, where it was of few conversions)
# and something came in since.
TO_MEASURE = """
language sql stable as $$
    select distinct g.workspace_id
    from tracking_goal g
    left join reports_lateness l on l.workspace_id = g.workspace_id and l.goal_id = g.id
    where l.measured_at is null or (l.measured_at < case when l.conversions < few then soon else moment end and exists (
        select 1 from tracking_eventcount e where e.workspace_id = g.workspace_id and e.received_at > l.measured_at
    ))
$$
"""
SIGNATURE = "reports_workspaces_to_measure(moment timestamptz, soon timestamptz, few int)"


def make_function(apps, schema_editor):
    run_as_definer(schema_editor, f"{SIGNATURE} returns setof bigint", TO_MEASURE, app_role())


def drop_function(apps, schema_editor):
    schema_editor.execute("drop function reports_workspaces_to_measure")


class Migration(migrations.Migration):
    """How late each goal's conversions come in, so that no page has to look at events for it."""

    dependencies = [
        ("accounts", "0004_members_and_audit"),
        ("reports", "0004_saved_views"),
        ("tracking", "0013_visits_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lateness",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "workspace_id", "goal_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("goal_id", models.BigIntegerField()),
                ("measured_at", models.DateTimeField()),
                ("days", models.IntegerField()),
                ("conversions", models.IntegerField()),
                (
                    "hours",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "came",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "out_of",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
        ),
        TenantTable("reports_lateness", key=None),
        migrations.RunPython(make_function, drop_function),
    ]
