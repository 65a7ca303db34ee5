"""The shapes of workspaces, goals, pipelines and journeys over HTTP."""

from typing import Any

from rest_framework import serializers

from common.money import from_micros
from tracking.api.fields import (
    MAX_CONDITIONS,
    ChannelRulesField,
    ConditionSerializer,
    CurrencyField,
    DaysField,
    DomainsField,
    GoalValueField,
    ShortListField,
    ZoneField,
)
from tracking.models import Goal, Stage

MAX_STAGES = 20
ROLES = ("lead", "opportunity", "customer")


class WorkspaceSerializer(serializers.Serializer[Any]):
    """A workspace's settings. `id` names it in addresses; `site_id` is what Matomo clients send as idsite."""

    id = serializers.CharField(source="slug", read_only=True)
    site_id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(max_length=120)
    timezone = ZoneField(default="UTC", max_length=64)
    currency = CurrencyField(default="USD", max_length=3, min_length=3)
    own_domains = DomainsField(default=list)
    lookback_days = serializers.IntegerField(default=90, min_value=1, max_value=3650)
    half_life_days = DaysField(default=7, min_value=0.01, max_value=3650)
    channel_rules = ChannelRulesField(default=list)
    manual_tags_override_click_ids = serializers.BooleanField(default=False)
    ignored_referrers = DomainsField(
        default=None, allow_null=True, help_text="null: the payment and sign-in pages that we know."
    )
    retention_days = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=30,
        max_value=3650,
        help_text="How long events are kept; null: for ever. What follows from them stays, and its days are sealed.",
    )
    sealed_before = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="Days before this one stand as they are, whatever changes; null: no day is sealed.",
    )
    created_at = serializers.DateTimeField(read_only=True)


class RefillSerializer(serializers.Serializer[Any]):
    """How far a change of settings has come in making the numbers anew; counts are people and days."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class WorkspaceWithRefillSerializer(WorkspaceSerializer):
    """A workspace, and the change that is being worked in, if any."""

    refill = RefillSerializer(allow_null=True)


class NewWorkspaceSerializer(WorkspaceSerializer):
    """A workspace just made, with its write key."""

    write_key = serializers.CharField(help_text="Shown only once.")


class WorkspacePageSerializer(serializers.Serializer[Any]):
    """One page of workspaces."""

    results = WorkspaceSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class GoalSerializer(serializers.Serializer[Any]):
    """What counts as a conversion, and what it is worth."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=120)
    event = serializers.CharField(max_length=200)
    value = GoalValueField(default="auto", allow_null=True)
    count = serializers.ChoiceField(choices=[Goal.EVERY, Goal.ONCE], default=Goal.EVERY)
    lookback_days = serializers.IntegerField(default=None, allow_null=True, min_value=1, max_value=3650)
    where = ShortListField(child=ConditionSerializer(), default=list, most=MAX_CONDITIONS)
    drop_refunded = serializers.BooleanField(default=False)
    created_at = serializers.DateTimeField(read_only=True)
    archived_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="Since when reports leave it out; it goes on being counted. null: it is in use.",
    )

    def to_representation(self, instance: Goal) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "name": instance.name,
            "event": instance.event,
            "value": show_value(instance),
            "count": instance.count,
            "lookback_days": instance.lookback_days,
            "where": instance.where,
            "drop_refunded": instance.drop_refunded,
            "created_at": instance.created_at,
            "archived_at": instance.archived_at,
        }


class GoalChangeSerializer(GoalSerializer):
    """Whatever of a goal is to be another, and whether it is archived."""

    archived = serializers.BooleanField(required=False, help_text="true: archive it; false: restore it.")


def show_value(goal: Goal) -> str | float | None:
    """A goal's value as it was posted: "auto", a number or null."""
    if goal.value_kind == "fixed":
        return float(from_micros(goal.fixed_value_micros or 0))
    return "auto" if goal.value_kind == "auto" else None


class GoalPageSerializer(serializers.Serializer[Any]):
    """One page of goals."""

    results = GoalSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class StageSerializer(serializers.Serializer[Any]):
    """A stage of the pipeline; each is a goal too."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=120)
    event = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=ROLES, default=None, allow_null=True)
    goal = serializers.IntegerField(read_only=True, source="goal_id")

    def to_representation(self, instance: Stage) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {"role": instance.role or None}


class PipelineSerializer(serializers.Serializer[Any]):
    """The stages in order; roles name the milestones that anchor models of credit."""

    stages = ShortListField(child=StageSerializer(), most=MAX_STAGES)


class IngestionSerializer(serializers.Serializer[Any]):
    """What came in and how far it is worked off."""

    accepted = serializers.IntegerField()
    processed = serializers.IntegerField()
    pending = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    caught_up = serializers.BooleanField(help_text="Everything accepted is visible in reports.")
    as_of = serializers.DateTimeField()
    lag_seconds = serializers.FloatField(help_text="How long the oldest waiting event has waited.")
    days_to_fill = serializers.IntegerField()


class JourneyTouchSerializer(serializers.Serializer[Any]):
    """An arrival and what it said about its origin."""

    at = serializers.DateTimeField()
    channel = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    medium = serializers.CharField()
    campaign = serializers.CharField(allow_null=True)
    term = serializers.CharField(allow_null=True)
    content = serializers.CharField(allow_null=True)
    landing_url = serializers.CharField()
    referrer_host = serializers.CharField(allow_null=True)
    click_ids = serializers.DictField(child=serializers.CharField())


class JourneyConversionSerializer(serializers.Serializer[Any]):
    """A goal reached; `value` after refunds in the workspace's currency, `refunded` in the order's own."""

    at = serializers.DateTimeField()
    goal = serializers.CharField()
    event = serializers.CharField()
    order_id = serializers.CharField(allow_null=True)
    value = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    currency = serializers.CharField()
    refunded = serializers.DecimalField(max_digits=24, decimal_places=6)
    note = serializers.CharField(help_text="Why it has no value or no touch: no_rate, too_large, shared_device.")


class JourneyStageSerializer(serializers.Serializer[Any]):
    """A person's first entry of a stage."""

    at = serializers.DateTimeField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES, allow_null=True)


class JourneySerializer(serializers.Serializer[Any]):
    """Everything known of one person, oldest first."""

    touches = JourneyTouchSerializer(many=True)
    conversions = JourneyConversionSerializer(many=True)
    stages = JourneyStageSerializer(many=True)
