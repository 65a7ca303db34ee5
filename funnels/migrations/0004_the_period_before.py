from django.db import migrations, models


class Migration(migrations.Migration):
    """A question may compare with the period before."""

    dependencies = [("funnels", "0003_saved_funnels")]

    operations = [migrations.AddField("funnelrun", "before", models.JSONField(null=True))]
