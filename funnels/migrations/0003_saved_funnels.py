import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.rowsecurity import TenantTable


class Migration(migrations.Migration):
    """Funnels that a workspace keeps under a name."""

    dependencies = [("accounts", "0002_find_write_key"), ("funnels", "0002_fence")]

    operations = [
        migrations.CreateModel(
            name="SavedFunnel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("query", models.TextField()),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "name"), name="savedfunnel_name_once")
                ],
            },
        ),
        TenantTable("funnels_savedfunnel"),
    ]
