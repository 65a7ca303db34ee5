from django.db import migrations

from accounts.rowsecurity import TenantTable


class Migration(migrations.Migration):
    """Row security around the stored credit."""

    dependencies = [("attribution", "0001_first_tables"), ("accounts", "0002_find_write_key")]

    operations = [TenantTable("attribution_dailycredit", key=None)]
