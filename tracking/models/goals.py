"""What counts as reached: goals, and the stages of the pipeline, which are goals with a place."""

from django.db import models
from django.utils.timezone import now

from accounts.tenancy import TenantQuerySet
from tracking.models.tables import TrackingModel


class GoalQuerySet(TenantQuerySet["Goal"]):
    """Goals asked for in words."""

    def in_use(self) -> "GoalQuerySet":
        """Those that are not archived."""
        return self.filter(archived_at=None)


class Goal(TrackingModel):
    """An event name (and filters) whose every, or first, occurrence is a conversion."""

    EVERY, ONCE = "every", "once"

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    event = models.CharField(max_length=200)
    # "auto": read from the event; "fixed": fixed_value_micros; "none": no value.
    value_kind = models.CharField(max_length=5, default="auto")
    fixed_value_micros = models.BigIntegerField(null=True)
    count = models.CharField(max_length=5, default=EVERY)
    # None: the workspace's.
    lookback_days = models.PositiveIntegerField(null=True)
    # [{property, op, value}]
    where = models.JSONField(default=list)
    drop_refunded = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    # Reports leave an archived goal out; it goes on being counted, so that nothing is missing once it is restored.
    archived_at = models.DateTimeField(null=True)

    objects = GoalQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="goal_name_once")]


class Stage(TrackingModel):
    """A goal with a place in the pipeline; roles name the milestones that anchor credit rules."""

    id = models.BigAutoField(primary_key=True)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    event = models.CharField(max_length=200)
    # lead, opportunity, customer or ""
    role = models.CharField(max_length=12, blank=True, default="")
    goal_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "position"], name="stage_position_once"),
        ]
