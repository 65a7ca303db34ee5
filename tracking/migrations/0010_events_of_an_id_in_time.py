from django.db import migrations

DROP = "drop index event_by_anonymous; drop index event_by_user;"
# With the time, so that the end of a long story is found without a walk over its beginning.
ADD = """
create index event_by_anonymous on tracking_event (workspace_id, anonymous_id, at)
    where user_id is null and anonymous_id is not null;
create index event_by_user on tracking_event (workspace_id, user_id, at) where user_id is not null;
"""


class Migration(migrations.Migration):
    """A way to an id's events by their time."""

    dependencies = [("tracking", "0009_one_index_of_touches")]

    operations = [migrations.RunSQL(DROP + ADD, migrations.RunSQL.noop)]
