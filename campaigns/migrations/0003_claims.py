from django.db import migrations, models


class Migration(migrations.Migration):
    """What platforms say that they brought, beside what they cost."""

    dependencies = [("campaigns", "0002_fence")]

    operations = [
        migrations.AddField("spend", "claimed_conversions_micros", models.BigIntegerField(null=True)),
        migrations.AddField("spend", "claimed_value_micros", models.BigIntegerField(null=True)),
    ]
