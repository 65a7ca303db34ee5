from django.db import migrations, models


class Migration(migrations.Migration):
    """When a goal was archived; null: it is in use."""

    dependencies = [("tracking", "0013_visits_and_names")]

    operations = [migrations.AddField("goal", "archived_at", models.DateTimeField(null=True))]
