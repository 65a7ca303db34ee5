"""Credit and paths as stored: sums of days, packed one row per day, goal and variant."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.tenancy import TenantModel


class DailyCredit(TenantModel):
    """What each mark earned on one day under one rule; the four lists run in step, sorted by mark.

    Credit is in 1e-9 of a conversion, value in 1e-6 of the workspace's currency; Σ credit = attributed conversions
    × 1e9 exactly. Unattributed conversions (no touch in the look-back) stand beside, so that every total reconciles.
    """

    pk = models.CompositePrimaryKey("workspace_id", "day", "goal_id", "rule", "lookback_days", "half_life_days")
    day = models.DateField()
    goal_id = models.BigIntegerField()
    rule = models.TextField()
    lookback_days = models.IntegerField()
    # 0 where the rule has none.
    half_life_days = models.FloatField(default=0)
    marks = ArrayField(models.BigIntegerField())
    credit = ArrayField(models.BigIntegerField())
    value = ArrayField(models.BigIntegerField())
    touches = ArrayField(models.IntegerField())
    conversions = models.IntegerField()
    conversions_value = models.BigIntegerField()
    unattributed = models.IntegerField()
    unattributed_value = models.BigIntegerField()
    filled_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "goal_id", "rule", "day"], name="dailycredit_slice")]


class DailyPath(TenantModel):
    """The distinct paths that led to a goal on one day: what Markov and Shapley credit is solved from.

    Path p is the next lengths[p] of `steps`, oldest touch first; a step is a place in `marks`. The packed columns are
    little-endian numbers of four bytes, `value` of eight (1e-6 of the currency), because a report reads millions.
    Σ conversions + unattributed = conversions_total, and likewise value, both exactly.
    """

    pk = models.CompositePrimaryKey("workspace_id", "goal_id", "day", "lookback_days")
    goal_id = models.BigIntegerField()
    day = models.DateField()
    lookback_days = models.IntegerField()
    marks = ArrayField(models.BigIntegerField())
    steps = models.BinaryField()
    lengths = models.BinaryField()
    conversions = models.BinaryField()
    value = models.BinaryField()
    conversions_total = models.IntegerField()
    value_total = models.BigIntegerField()
    unattributed = models.IntegerField()
    unattributed_value = models.BigIntegerField()
    filled_at = models.DateTimeField()
