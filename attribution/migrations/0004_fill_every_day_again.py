from django.db import migrations

MARK_DAYS = """
insert into tracking_changedday (workspace_id, day, noted_at)
select distinct c.workspace_id, (c.at at time zone w.timezone)::date, now()
from tracking_conversion c join accounts_workspace w on w.id = c.workspace_id
"""


class Migration(migrations.Migration):
    """Days filled before know neither the rules with milestones nor paths: have them filled again."""

    dependencies = [('attribution', '0003_daily_paths'), ('tracking', '0005_open_paths')]

    operations = [migrations.RunSQL(MARK_DAYS, migrations.RunSQL.noop)]
