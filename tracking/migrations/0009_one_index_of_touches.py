from django.db import migrations

# One index instead of two alike: the key that touches are read in slices by.
KEY = """
alter table tracking_touch drop constraint tracking_touch_pkey,
    add primary key (workspace_id, person_id, at, tie) include (mark_id)
"""


class Migration(migrations.Migration):
    """Have the key of touches carry the mark, so that slices are read from it alone."""

    dependencies = [("tracking", "0008_sealed_days")]

    operations = [migrations.RunSQL(KEY, migrations.RunSQL.noop), migrations.RemoveIndex("touch", "touch_slice")]
