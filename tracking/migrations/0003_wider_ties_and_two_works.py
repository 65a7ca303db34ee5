from django.db import migrations, models


class Migration(migrations.Migration):
    """Any number of touches may share one instant; batches of events and of people are counted apart."""

    dependencies = [
        ('accounts', '0002_find_write_key'),
        ('tracking', '0002_events_and_fences'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='derivingstate',
            name='derivingstate_once',
        ),
        migrations.AddField(
            model_name='derivingstate',
            name='work',
            field=models.TextField(db_default='events', default='events'),
        ),
        migrations.AddField(
            model_name='derivingstate',
            name='suspect',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='session',
            name='tie',
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='touch',
            name='tie',
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='touchdetail',
            name='tie',
            field=models.IntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='derivingstate',
            constraint=models.UniqueConstraint(fields=('workspace', 'work'), name='derivingstate_once'),
        ),
    ]
