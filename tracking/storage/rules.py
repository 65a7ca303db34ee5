"""A workspace's settings, goals and stages in the pipeline's words."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from tracking.core.channel_rules import parse_channel_rules
from tracking.core.facts import Condition, GoalRule, Rules, StageRule
from tracking.core.marks import ArrivalRules
from tracking.core.referrers import PAYMENT_AND_SIGN_IN_HOSTS
from tracking.models import Goal, Stage


def load_rules(workspace: Workspace) -> Rules:
    """Everything from which facts follow, as stored now."""
    ignored = workspace.ignored_referrers
    return Rules(
        currency=workspace.currency,
        zone=ZoneInfo(workspace.timezone),
        goals=tuple(rule_of(goal, workspace) for goal in Goal.objects.of(workspace).order_by("id")),
        stages=tuple(StageRule(stage.pk, stage.goal_id) for stage in Stage.objects.of(workspace).order_by("position")),
        arrivals=ArrivalRules(
            own_domains=frozenset(workspace.own_domains),
            ignored_referrers=PAYMENT_AND_SIGN_IN_HOSTS if ignored is None else frozenset(ignored),
            manual_tags_override_click_ids=workspace.manual_tags_override_click_ids,
        ),
        channels=parse_channel_rules(workspace.channel_rules),
    )


def rule_of(goal: Goal, workspace: Workspace) -> GoalRule:
    """A goal as the pipeline reads it."""
    return GoalRule(
        id=goal.pk,
        event=goal.event,
        value_kind=goal.value_kind,
        fixed_value_micros=goal.fixed_value_micros,
        once=goal.count == Goal.ONCE,
        where=tuple(condition_of(one) for one in goal.where),
        drop_refunded=goal.drop_refunded,
        lookback=timedelta(days=goal.lookback_days or workspace.lookback_days),
    )


def condition_of(stored: dict[str, Any]) -> Condition:
    return Condition(stored["property"], stored["op"], stored.get("value"))
