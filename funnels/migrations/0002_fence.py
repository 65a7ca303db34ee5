from django.db import migrations

from accounts.rowsecurity import TenantTable

# Events of a few names in a period, without a walk over all others. Names may be longer than an index entry can be.
INDEX = """
create index event_by_name on tracking_event (workspace_id, left(name, 100), at)
    where kind in ('page', 'screen', 'track')
"""


class Migration(migrations.Migration):
    """Row security around runs, and a way to events by their name."""

    dependencies = [
        ("funnels", "0001_first_tables"),
        ("tracking", "0002_events_and_fences"),
        ("accounts", "0002_find_write_key"),
    ]

    operations = [
        TenantTable("funnels_funnelrun"),
        migrations.RunSQL(INDEX, "drop index event_by_name"),
    ]
