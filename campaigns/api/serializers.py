"""The shapes of spend over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.models import Workspace
from campaigns.core.reading import Wrong, read_rows
from campaigns.core.spend import Overlap, Plan, Spend
from campaigns.models import Spend as StoredSpend
from common.money import from_micros
from tracking.core.channels import parse_channel_rules

MOST_ROWS = 10_000
CLAIMED = "Conversions that the platform says it brought; shown beside ours, and never added up."
CLAIMED_VALUE = "What the platform says they are worth, in the row's currency."


class SpendRowSerializer(serializers.Serializer[Any]):
    """Money paid for the days from start to end, both included; either a channel, or a source and a medium."""

    start = serializers.DateField()
    end = serializers.DateField()
    amount = serializers.DecimalField(max_digits=17, decimal_places=6, min_value=0, help_text="A text or a number.")
    currency = serializers.CharField(min_length=3, max_length=3)
    channel = serializers.CharField(max_length=60, required=False, allow_null=True)
    source = serializers.CharField(max_length=200, required=False, allow_null=True)  # type: ignore[assignment]
    medium = serializers.CharField(max_length=200, required=False, allow_null=True)
    campaign = serializers.CharField(max_length=500, required=False, allow_null=True)
    impressions = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    clicks = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    external_id = serializers.CharField(
        max_length=200, required=False, allow_null=True, help_text="Your name for the row; sent again, it is replaced."
    )
    claimed_conversions = serializers.DecimalField(
        max_digits=17, decimal_places=6, min_value=0, required=False, allow_null=True, help_text=CLAIMED
    )
    claimed_value = serializers.DecimalField(
        max_digits=17, decimal_places=6, min_value=0, required=False, allow_null=True, help_text=CLAIMED_VALUE
    )


class SpendRowsSerializer(serializers.Serializer[Any]):
    """Rows to store, each replacing the one it tells of anew."""

    rows = serializers.ListField(child=SpendRowSerializer(), max_length=MOST_ROWS)


class RejectedRowSerializer(serializers.Serializer[Any]):
    """A row that was left out, and why."""

    row = serializers.IntegerField(help_text="Its place in `rows`, from 0.")
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class SpendOutcomeSerializer(serializers.Serializer[Any]):
    """How many rows were new, how many took the place of others, and which were left out."""

    created = serializers.IntegerField()
    replaced = serializers.IntegerField()
    rejected = RejectedRowSerializer(many=True)


class StoredSpendSerializer(SpendRowSerializer):
    """A row as it is stored, its words written as touches carry them."""

    id = serializers.IntegerField()


class SpendPageSerializer(serializers.Serializer[Any]):
    """One page of spend."""

    results = StoredSpendSerializer(many=True)
    next = serializers.URLField(allow_null=True)


def read_spend(workspace: Workspace, body: Any) -> list[Spend]:
    """The rows of a body; raises ValidationError naming every field that is wrong, as in rows.3.amount.

    By hand, because ten thousand rows through serializers take a second.
    """
    rows = body.get("rows") if isinstance(body, Mapping) else None
    if not isinstance(rows, list):
        code = "required" if rows is None else "not_a_list"
        raise ValidationError({"rows": _("Write a list of rows.")}, code=code)
    if len(rows) > MOST_ROWS:
        raise ValidationError({"rows": _("At most %(most)d rows at once.") % {"most": MOST_ROWS}}, code="max_length")
    spends, wrongs = read_rows(rows, parse_channel_rules(workspace.channel_rules))
    if wrongs:
        raise ValidationError({"rows": {str(wrong.row): _detail(wrong) for wrong in wrongs}})
    return spends


def _detail(wrong: Wrong) -> Any:
    message = ErrorDetail(wrong.message, code=wrong.code)
    return {wrong.field: message} if wrong.field else [message]


def show_outcome(plan: Plan) -> dict[str, Any]:
    """What became of the rows; the shape of SpendOutcomeSerializer."""
    return {
        "created": plan.created,
        "replaced": plan.replaced,
        "rejected": [show_overlap(overlap) for overlap in plan.refused],
    }


def show_overlap(overlap: Overlap) -> dict[str, Any]:
    """A row that was left out for the sake of another."""
    other = overlap.other
    told = {"kind": _name_kind(other), "start": other.start, "end": other.end, "name": other.external_id}
    if other.external_id:
        message = _("Its days overlap those of ‘%(name)s’, a row of %(kind)s for %(start)s to %(end)s.") % told
    else:
        message = _("Its days overlap those of a row of %(kind)s for %(start)s to %(end)s.") % told
    return {"row": overlap.row, "field": f"rows.{overlap.row}.start", "code": "overlap", "message": message}


def _name_kind(spend: Spend) -> str:
    """What a row is for, in its own words: `Display`, or `google / cpc, campaign spring`."""
    kind = spend.channel or f"{spend.source} / {spend.medium}"
    return kind if spend.campaign is None else _("%(kind)s, campaign %(name)s") % {"kind": kind, "name": spend.campaign}


def show_spend(row: StoredSpend) -> dict[str, Any]:
    """A stored row; the shape of StoredSpendSerializer."""
    return {
        "id": row.pk,
        "start": row.start,
        "end": row.end,
        "amount": f"{from_micros(row.amount_micros):.6f}",
        "currency": row.currency,
        "channel": row.channel,
        "source": row.source,
        "medium": row.medium,
        "campaign": row.campaign,
        "impressions": row.impressions,
        "clicks": row.clicks,
        "external_id": row.external_id,
        "claimed_conversions": _show_micros(row.claimed_conversions_micros),
        "claimed_value": _show_micros(row.claimed_value_micros),
    }


def _show_micros(micros: int | None) -> str | None:
    return None if micros is None else f"{from_micros(micros):.6f}"
