"""The one door between the table of spend and the rows the thinking works with."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from accounts.models import Workspace
from campaigns import models
from campaigns.core.spend import Plan, Spend, SpendKey, Stored
from common.periods import Period

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
)


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
    models.Spend.objects.bulk_create(_make_rows(workspace, plan.added))


def digest_key(key: SpendKey) -> bytes:
    """The key as one value that an index can hold however long its words are."""
    return hashlib.sha256(json.dumps(key).encode()).digest()


def _make_rows(workspace: Workspace, spends: Iterable[Spend]) -> list[models.Spend]:
    return [
        models.Spend(
            workspace_id=workspace.pk,
            start=spend.start,
            end=spend.end,
            amount_micros=spend.amount,
            currency=spend.currency,
            channel=spend.channel,
            source=spend.source,
            medium=spend.medium,
            campaign=spend.campaign,
            key_digest=digest_key(spend.key),
            impressions=spend.impressions,
            clicks=spend.clicks,
            external_id=spend.external_id,
        )
        for spend in spends
    ]
