from django.db import migrations

from accounts.rowsecurity import collector_role, run_as_definer

# The last use is noted at most once a minute, as for calls of the API.
FIND = """
language sql volatile as $$
    with token as (
        select t.id, t.scope, t.last_used_at from accounts_apitoken t
        join accounts_workspace w on w.agency_id = t.agency_id and (t.workspace_id is null or t.workspace_id = w.id)
        where w.id = wanted_site and t.digest = wanted_token
            and (t.revoked_at is null or t.revoked_at > now()) and (t.expires_at is null or t.expires_at > now())
    ), used as (
        update accounts_apitoken set last_used_at = now()
        where id in (
            select id from token where last_used_at is null or last_used_at <= now() - interval '1 minute'
        )
    )
    select w.name::text, w.timezone::text, w.currency::text, w.own_domains::text[],
        coalesce((select jsonb_object_agg(g.id, g.event) from tracking_goal g where g.workspace_id = w.id), '{}'),
        (select scope::text from token)
    from accounts_workspace w where w.id = wanted_site
$$
"""


def make_function(apps, schema_editor):
    run_as_definer(
        schema_editor,
        "find_site(wanted_site bigint, wanted_token bytea) returns table (name text, timezone text, currency text,"
        " own_domains text[], goals jsonb, token_scope text)",
        FIND,
        collector_role(),
    )


class Migration(migrations.Migration):
    """The collector finds the workspace that Matomo's clients name by its number, and the say of their token."""

    dependencies = [("tracking", "0018_pages_by_name"), ("accounts", "0003_vouch_for_addresses")]

    operations = [migrations.RunPython(make_function, migrations.RunPython.noop)]
