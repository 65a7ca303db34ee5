from django.db import migrations

from accounts.rowsecurity import app_role, run_as_definer

# The oldest entries only: whoever serves requests can neither choose which go nor take away a year's.
FORGET = """
language plpgsql as $$
declare gone integer;
begin
    if older_than_days is null or older_than_days < 365 then
        raise exception 'audit entries are kept for 365 days at least';
    end if;
    delete from accounts_auditentry where id in (
        select id from (select id, at from accounts_auditentry order by id limit most) as oldest
        where at < now() - make_interval(days => older_than_days)
    );
    get diagnostics gone = row_count;
    return gone;
end $$
"""


def make_function(apps, schema_editor):
    run_as_definer(
        schema_editor,
        "accounts_forget_audit(older_than_days integer, most integer) returns integer",
        FORGET,
        app_role(),
    )


class Migration(migrations.Migration):
    """The one way for audit entries to go: when they are more than a year old, as the owner."""

    dependencies = [("accounts", "0005_retention")]

    operations = [migrations.RunPython(make_function, migrations.RunPython.noop)]
