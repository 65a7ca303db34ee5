from django.db import migrations

# As track events have; most pages have no name, and cost nothing here.
INDEX = """
create index event_by_page_name on tracking_event (workspace_id, name, at)
    where kind in ('page', 'screen') and name is not null
"""


class Migration(migrations.Migration):
    """A way to pages and screens by their names, for funnels."""

    dependencies = [("tracking", "0017_no_index_of_workspaces_alone")]

    operations = [migrations.RunSQL(INDEX, "drop index event_by_page_name")]
