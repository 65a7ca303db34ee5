from django.db import migrations

from accounts.rowsecurity import TenantTable, app_role, run_as_definer

# What beat asks every few seconds, for all workspaces at once; the app itself only ever sees one of them.
DUE = """
language sql stable as $$
    select workspace_id from reports_schedule where is_on and next_due_at <= moment
    union select workspace_id from reports_edition where look_again_at <= moment
    union select workspace_id from reports_edition where tell_at <= moment
    union select workspace_id from reports_delivery where next_try_at <= moment
$$
"""


def make_function(apps, schema_editor):
    run_as_definer(
        schema_editor, "reports_workspaces_with_mail_due(moment timestamptz) returns setof bigint", DUE, app_role()
    )


def drop_function(apps, schema_editor):
    schema_editor.execute("drop function reports_workspaces_with_mail_due")


class Migration(migrations.Migration):
    """Row security around schedules, recipients, editions and deliveries; one question over all workspaces."""

    dependencies = [("reports", "0001_first_tables"), ("accounts", "0002_find_write_key")]

    operations = [
        *(TenantTable(f"reports_{name}") for name in ("schedule", "recipient", "edition", "delivery")),
        migrations.RunPython(make_function, drop_function),
    ]
