import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import TenantTable


class Migration(migrations.Migration):
    """Ids that were erased, as keyed hashes."""

    dependencies = [("tracking", "0011_events_by_arrival"), ("accounts", "0005_retention")]

    operations = [
        migrations.CreateModel(
            name="ErasedId",
            fields=[
                ("pk", models.CompositePrimaryKey("workspace_id", "digest", blank=True, editable=False, primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                ("erased_at", models.DateTimeField()),
                ("workspace", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace")),
            ],
            options={"abstract": False},
        ),
        TenantTable("tracking_erasedid", key=None),
    ]
