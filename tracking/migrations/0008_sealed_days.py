from django.db import migrations, models

# What is too old is found by its time; page, screen and track have such an index already.
INDEX = """
create index event_by_time_otherwise on tracking_event (workspace_id, at) where kind not in ('page', 'screen', 'track')
"""


class Migration(migrations.Migration):
    """What a visit counted before the seal, which days a change left alone, and a way to everything too old."""

    dependencies = [("tracking", "0007_events_by_time"), ("accounts", "0005_retention")]

    operations = [
        migrations.AddField("session", "sealed_hits", models.IntegerField(null=True)),
        migrations.AddField("refill", "sealed_before", models.DateField(null=True)),
        migrations.RunSQL(INDEX, "drop index event_by_time_otherwise"),
    ]
