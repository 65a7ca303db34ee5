from django.db import migrations

from accounts.rowsecurity import collector_role, run_as_definer


def make_function(apps, schema_editor):
    run_as_definer(
        schema_editor,
        "find_write_key(wanted bytea) returns table (workspace_id bigint, write_key_id bigint)",
        "language sql stable as $$"
        " select workspace_id, id from accounts_writekey"
        " where digest = wanted and (revoked_at is null or revoked_at > now()) $$",
        collector_role(),
    )


class Migration(migrations.Migration):
    """The collector finds a write key by its hash, and can read nothing else."""

    dependencies = [("accounts", "0001_first_tables")]

    operations = [migrations.RunPython(make_function, migrations.RunPython.noop)]
