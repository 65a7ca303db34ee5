from django.db import migrations

from accounts.rowsecurity import TenantTable


class Migration(migrations.Migration):
    """Row security around runs."""

    dependencies = [("funnels", "0001_first_tables"), ("accounts", "0002_find_write_key")]

    operations = [TenantTable("funnels_funnelrun")]
