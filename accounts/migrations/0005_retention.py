from django.db import migrations, models


class Migration(migrations.Migration):
    """How long a workspace keeps events, and up to when its facts stand for ever."""

    dependencies = [("accounts", "0004_members_and_audit")]

    operations = [
        migrations.AddField("workspace", "retention_days", models.PositiveIntegerField(null=True)),
        migrations.AddField("workspace", "sealed_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "workspace",
            models.CheckConstraint(
                condition=models.Q(retention_days=None) | models.Q(retention_days__range=(30, 3650)),
                name="retention_in_range",
            ),
        ),
    ]
