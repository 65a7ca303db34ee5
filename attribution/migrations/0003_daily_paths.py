import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import TenantTable


class Migration(migrations.Migration):
    """Keep the paths that led to conversions, summed by day."""

    dependencies = [
        ('accounts', '0002_find_write_key'),
        ('attribution', '0002_fence'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyPath',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace_id', 'goal_id', 'day', 'lookback_days', blank=True, editable=False, primary_key=True, serialize=False)),
                ('goal_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('lookback_days', models.IntegerField()),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('steps', models.BinaryField()),
                ('lengths', models.BinaryField()),
                ('conversions', models.BinaryField()),
                ('value', models.BinaryField()),
                ('conversions_total', models.IntegerField()),
                ('value_total', models.BigIntegerField()),
                ('unattributed', models.IntegerField()),
                ('unattributed_value', models.BigIntegerField()),
                ('filled_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace')),
            ],
        ),
        TenantTable('attribution_dailypath', key=None),
    ]
