import django.db.models.deletion
from django.db import migrations, models

TABLES = (
    "alias anonymouslink changedday changedperson conversion derivingstate erasedid eventcount goal mark openpath person"
    " refill refund rejectedevent session stage stageentry stageevent touch touchdetail usermerge"
).split()


class Migration(migrations.Migration):
    """Drop the indexes of workspaces alone: every key begins with the workspace, and each row had to enter both."""

    dependencies = [("accounts", "0007_outgoing_mail"), ("tracking", "0016_measures_of_the_last_hour")]

    operations = [
        migrations.AlterField(
            table,
            "workspace",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.workspace",
            ),
        )
        for table in TABLES
    ]
