from django.db import migrations

# Tables in which rows are looked up by workspace and one thing more.
TABLES = (
    "event inbox alias anonymouslink usermerge touch touchdetail session conversion stageentry refund mark changedperson".split()
)


class Migration(migrations.Migration):
    """Have the planner take every workspace for an average one.

    With statistics it knows the few largest and takes any other for a single row, so that each index that begins with
    the workspace looks as good as the right one: a young workspace's rows are then all read for each lookup.
    """

    dependencies = [("tracking", "0003_wider_ties_and_two_works")]

    operations = [
        migrations.RunSQL(
            [f"alter table tracking_{table} alter column workspace_id set statistics 0" for table in TABLES],
            migrations.RunSQL.noop,
        )
    ]
