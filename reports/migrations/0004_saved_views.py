import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.rowsecurity import TenantTable


class Migration(migrations.Migration):
    """Pages with their filters that people keep under a name."""

    dependencies = [("accounts", "0002_find_write_key"), ("reports", "0003_schedule_planned_in")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("page", models.CharField(max_length=40)),
                ("query", models.TextField(blank=True)),
                ("name", models.CharField(max_length=80)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("is_shared", models.BooleanField(default=False)),
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
                    models.UniqueConstraint(
                        condition=models.Q(("is_shared", True)),
                        fields=("workspace", "page", "name"),
                        name="savedview_shared_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_shared", False)),
                        fields=("workspace", "page", "owner_id", "name"),
                        name="savedview_own_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_shared", True), ("owner_id__isnull", False), _connector="OR"),
                        name="savedview_is_somebodys",
                    ),
                ],
            },
        ),
        TenantTable("reports_savedview"),
    ]
