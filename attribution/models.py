"""Credit and paths as stored: sums of days, packed one row per day, goal and variant."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

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


class OpenDay(TenantModel):
    """Paths of one past day that have not led to a goal, summed when nobody waited; what moved since stands apart.

    Path p is the next lengths[p] of `marks`, oldest touch first, and people[p] stand on it: little-endian numbers, of
    eight bytes the marks and of four the others. It holds for exactly the look-back and the bounds it was made with.
    A day without such paths has an empty row, so that it need not be looked for again.
    """

    pk = models.CompositePrimaryKey("workspace_id", "goal_id", "day")
    goal_id = models.BigIntegerField()
    day = models.DateField()
    lookback_days = models.IntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    marks = models.BinaryField()
    lengths = models.BinaryField()
    people = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "ends_at"], name="openday_by_end")]


class OpenMove(TenantModel):
    """A person's `OpenPath` as it came to (people 1) or went from (people −1) a day that is summed already.

    Written by a trigger in the transaction that moved it, and taken away when the day is summed again, so that
    `OpenDay` and these together are always what `OpenPath` says.
    """

    id = models.BigAutoField(primary_key=True)
    people = models.SmallIntegerField()
    last_at = models.DateTimeField()
    ats = ArrayField(models.DateTimeField())
    marks = ArrayField(models.BigIntegerField())
    goals = ArrayField(models.BigIntegerField())
    reached_at = ArrayField(models.DateTimeField())
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["workspace", "last_at"], name="openmove_by_time")]
