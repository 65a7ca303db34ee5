from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_fence")]

    operations = [
        migrations.AddField(
            model_name="schedule",
            name="planned_in",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
