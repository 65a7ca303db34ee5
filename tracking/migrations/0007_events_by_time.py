from django.db import migrations

# Events of a period, without a walk over all others. By time and not by name, for it grows at its end only; and row
# security keeps whatever cannot be trusted with other rows, such as a function of a name, from being looked up.
INDEX = """
create index event_by_time on tracking_event (workspace_id, at) where kind in ('page', 'screen', 'track')
"""


class Migration(migrations.Migration):
    """A way to events by their time, for funnels."""

    dependencies = [("tracking", "0006_measures")]

    operations = [migrations.RunSQL(INDEX, "drop index event_by_time")]
