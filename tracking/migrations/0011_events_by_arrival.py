from django.db import migrations

# What came in last, without a walk over everything. Arrivals only ever grow, so the index grows at its end, and equal
# times share one entry.
INDEX = "create index event_by_arrival on tracking_event (workspace_id, received_at)"


class Migration(migrations.Migration):
    """A way to events by when they arrived, for the stream of live events."""

    dependencies = [("tracking", "0010_events_of_an_id_in_time")]

    operations = [migrations.RunSQL(INDEX, "drop index event_by_arrival")]
