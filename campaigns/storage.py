"""The one door between the table of spend and the rows the thinking works with."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import msgspec
from django.utils.timezone import now

from accounts.models import Workspace
from campaigns import models
from campaigns.core.spend import Plan, Spend, SpendKey, Stored
from common.periods import Period
from tracking.storage.rows import run

_COLUMNS = (
    "id",
    "start",
    "end",
    "amount_micros",
    "currency",
    "channel",
    "source",
    "medium",
    "campaign",
    "impressions",
    "clicks",
    "external_id",
    "claimed_conversions_micros",
    "claimed_value_micros",
)
_ADD = """
    insert into campaigns_spend (
        workspace_id, stored_at, key_digest, start, "end", amount_micros, currency, channel, source, medium, campaign,
        impressions, clicks, external_id, claimed_conversions_micros, claimed_value_micros
    )
    select %(workspace)s, %(now)s, decode(key, 'hex'), start, "end", amount, currency, channel, source, medium,
           campaign, impressions, clicks, external_id, claimed_conversions, claimed_value
    from json_to_recordset(%(rows)s::json) as sent (
        key text, start date, "end" date, amount bigint, currency text, channel text, source text, medium text,
        campaign text, impressions bigint, clicks bigint, external_id text,
        claimed_conversions bigint, claimed_value bigint
    )
"""


def load_spend(workspace: Workspace, period: Period) -> list[Spend]:
    """Rows of which at least one day lies within the period, oldest first; in the workspace's scope."""
    rows = models.Spend.objects.of(workspace).filter(start__lte=period.end, end__gte=period.start)
    return [Spend(*row[1:]) for row in rows.order_by("start", "id").values_list(*_COLUMNS)]


def load_related(workspace: Workspace, spends: Sequence[Spend]) -> list[Stored]:
    """Everything stored that these rows could replace or overlap: the same external id, or the same key around then."""
    if not spends:
        return []
    stored = models.Spend.objects.of(workspace)
    first, last = min(spend.start for spend in spends), max(spend.end for spend in spends)
    keys = {digest_key(key) for key in {spend.key for spend in spends}}
    names = {spend.external_id for spend in spends if spend.external_id}
    of_key = stored.filter(key_digest__in=keys, start__lte=last, end__gte=first)
    of_name = stored.filter(external_id__in=names)
    found = {row[0]: row for rows in (of_key, of_name) for row in rows.values_list(*_COLUMNS)}
    return [Stored(number, Spend(*row[1:])) for number, row in sorted(found.items())]


def save_plan(workspace: Workspace, plan: Plan) -> None:
    """Remove and add what the plan says; in the workspace's scope."""
    models.Spend.objects.of(workspace).filter(pk__in=plan.removed).delete()
    # In one statement: as objects, ten thousand rows take seconds.
    added = msgspec.json.encode([_describe(spend) for spend in plan.added]).decode()
    run(workspace.pk, _ADD, rows=added, now=now())


def digest_key(key: SpendKey) -> bytes:
    """The key as one value that an index can hold however long its words are."""
    return hashlib.sha256(json.dumps(key).encode()).digest()


def _describe(spend: Spend) -> dict[str, Any]:
    return {**msgspec.to_builtins(spend), "key": digest_key(spend.key).hex()}
