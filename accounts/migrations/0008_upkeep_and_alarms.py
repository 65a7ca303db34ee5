from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """Backups and tests of restoring, and what an operator should look at."""

    dependencies = [("accounts", "0007_outgoing_mail")]

    operations = [
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("backup", "Backup"), ("restore_test", "Restore Test")],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(db_default=Now())),
                ("went_well", models.BooleanField()),
                ("detail", models.CharField(blank=True, db_default="", max_length=300)),
            ],
            options={"indexes": [models.Index(fields=["kind", "-at"], name="upkeep_newest")]},
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("value", models.FloatField(null=True)),
                ("limit", models.FloatField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("name",), name="alarm_open_once"
                    )
                ]
            },
        ),
    ]
