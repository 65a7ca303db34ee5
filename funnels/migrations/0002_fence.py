from django.db import migrations

from accounts.rowsecurity import TenantTable

# Events of a period, without a walk over all others. By time and not by name, for it grows at its end only; and row
# security keeps whatever cannot be trusted with other rows, such as a function of a name, from being looked up.
INDEX = """
create index event_by_time on tracking_event (workspace_id, at) where kind in ('page', 'screen', 'track')
"""


class Migration(migrations.Migration):
    """Row security around runs, and a way to events by their time."""

    dependencies = [
        ("funnels", "0001_first_tables"),
        ("tracking", "0002_events_and_fences"),
        ("accounts", "0002_find_write_key"),
    ]

    operations = [
        TenantTable("funnels_funnelrun"),
        migrations.RunSQL(INDEX, "drop index event_by_time"),
    ]
