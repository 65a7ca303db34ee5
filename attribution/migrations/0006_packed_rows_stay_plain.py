from django.db import migrations

# Compressing took twenty times as long as all the rest of writing the rows, to save two thirds of their room; and rows
# that fit a page are read without another look elsewhere. What is stored already stays as it is until it is filled.
PLAIN = """
alter table attribution_dailycredit set (toast_tuple_target = 8160);
alter table attribution_dailycredit alter column marks set storage external,
    alter column credit set storage external, alter column value set storage external,
    alter column touches set storage external;
alter table attribution_dailypath set (toast_tuple_target = 8160);
alter table attribution_dailypath alter column marks set storage external,
    alter column steps set storage external, alter column lengths set storage external,
    alter column conversions set storage external, alter column value set storage external;
alter table attribution_openday set (toast_tuple_target = 8160);
alter table attribution_openday alter column marks set storage external,
    alter column lengths set storage external, alter column people set storage external;
"""


class Migration(migrations.Migration):
    """Store the packed lists of days as they are."""

    dependencies = [('attribution', '0005_open_days')]

    operations = [migrations.RunSQL(PLAIN, migrations.RunSQL.noop)]
