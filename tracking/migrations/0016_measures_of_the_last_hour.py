from django.db import migrations

from accounts.rowsecurity import app_role, run_as_definer

# As before, and how much of what came in during the last hour went into quarantine.
MEASURES = """
language sql stable as $$
    select 'waiting_events', '', count(*)::float8 from tracking_inbox
    union all
    select 'waiting_seconds', '', coalesce(extract(epoch from now() - min(received_at)), 0)::float8 from tracking_inbox
    union all
    select 'changed_days', '', count(*)::float8 from tracking_changedday
    union all
    select 'changed_seconds', '', coalesce(extract(epoch from now() - min(noted_at)), 0)::float8
        from tracking_changedday
    union all
    select 'changed_people', '', count(*)::float8 from tracking_changedperson
    union all
    select 'accepted', '', coalesce(sum(events), 0)::float8 from tracking_eventcount
    union all
    select 'accepted_lately', '', coalesce(sum(events), 0)::float8 from tracking_eventcount
        where received_at > now() - interval '1 hour'
    union all
    select 'quarantined_lately', '', coalesce(sum(events), 0)::float8 from tracking_rejectedevent
        where received_at > now() - interval '1 hour' and reason = 'not_processable'
    union all
    select 'refused', reason, sum(events)::float8 from tracking_rejectedevent group by reason
$$
"""


def make_function(apps, schema_editor):
    run_as_definer(
        schema_editor,
        "tracking_measures() returns table (name text, reason text, value float8)",
        MEASURES,
        app_role(),
    )


class Migration(migrations.Migration):
    """What the alarm on the quarantine looks at."""

    dependencies = [("tracking", "0015_stage_events")]

    operations = [migrations.RunPython(make_function, migrations.RunPython.noop)]
