import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import TenantTable

# What is sealed already has no events any more.
FILL = """
insert into tracking_stageevent (workspace_id, person_id, name, at, tie)
select e.workspace_id, a.person_id, e.name, e.at,
    row_number() over (partition by e.workspace_id, a.person_id, e.name, e.at) - 1
from (select distinct workspace_id, event from tracking_stage) s
join tracking_event e on e.workspace_id = s.workspace_id and e.kind = 'track' and e.name = s.event
join tracking_alias a on a.workspace_id = e.workspace_id and a.value = coalesce(e.user_id, e.anonymous_id)
    and a.namespace = case when e.user_id is null then 'anonymous' else 'user' end
"""


class Migration(migrations.Migration):
    """Keep what stages are about by person, so that a pipeline is counted without looking every id up."""

    dependencies = [("tracking", "0014_goals_are_archived"), ("accounts", "0002_find_write_key")]

    operations = [
        migrations.CreateModel(
            name="StageEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "workspace_id",
                        "person_id",
                        "name",
                        "at",
                        "tie",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField()),
                ("name", models.TextField()),
                ("at", models.DateTimeField()),
                ("tie", models.IntegerField(default=0)),
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
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "name", "at"], include=("person_id",), name="stageevent_by_time"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "alter table tracking_stageevent alter column workspace_id set statistics 0", migrations.RunSQL.noop
        ),
        TenantTable("tracking_stageevent", key=None),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
