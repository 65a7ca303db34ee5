"""Facts derived from events: sessions, touches with their marks, conversions, refunds and stage entries.

Rows are keyed by what they are derived from, so deriving twice writes the same rows.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tracking.models.tables import TrackingModel


class Mark(TrackingModel):
    """One distinct combination of what an arrival said about its origin; the channel is a column of it."""

    id = models.BigAutoField(primary_key=True)
    # sha256 over the eight parts below: the key by which a mark is found.
    digest = models.BinaryField(max_length=32)
    source = models.TextField()
    medium = models.TextField()
    campaign = models.TextField(null=True)
    content = models.TextField(null=True)
    term = models.TextField(null=True)
    referrer_host = models.TextField(null=True)
    landing_path = models.TextField(null=True)
    click_id_kind = models.TextField(null=True)
    channel = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "digest"], name="mark_digest_once")]


class Session(TrackingModel):
    """A visit: page and screen events of one person with at most 30 minutes between them."""

    pk = models.CompositePrimaryKey("workspace_id", "person_id", "started_at", "tie")
    person_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    tie = models.IntegerField(default=0)
    ended_at = models.DateTimeField()
    hits = models.IntegerField()
    # How many of them came before the seal, for a visit that went on past it.
    sealed_hits = models.IntegerField(null=True)
    # The mark of the touch that opened it.
    mark_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "started_at"], include=["mark_id"], name="session_by_time")]


class Touch(TrackingModel):
    """A session's arrival with its mark; narrow, so that slices load fast. `tie` orders equal times by messageId."""

    # The migration has this key carry the mark, so that slices are read from it alone.
    pk = models.CompositePrimaryKey("workspace_id", "person_id", "at", "tie")
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    tie = models.IntegerField(default=0)
    mark_id = models.BigIntegerField()


class TouchDetail(TrackingModel):
    """What a touch says beyond its mark, one to one."""

    pk = models.CompositePrimaryKey("workspace_id", "person_id", "at", "tie")
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    tie = models.IntegerField(default=0)
    message_id = models.TextField()
    landing_url = models.TextField(default="")
    click_ids = models.JSONField(default=dict)


class Conversion(TrackingModel):
    """A goal reached by a person; `key`, what makes it one, is `order:` + order id, or else `event:` + messageId."""

    id = models.BigAutoField(primary_key=True)
    goal_id = models.BigIntegerField()
    key = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    message_id = models.TextField()
    order_id = models.TextField(null=True)
    # In the workspace's currency, after refunds; null: the goal has no value, or no rate was known.
    value_micros = models.BigIntegerField(null=True)
    # As sent, before refunds, in `currency`; so is what was given back.
    amount_micros = models.BigIntegerField(null=True)
    refunded_micros = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12, null=True)
    rate_day = models.DateField(null=True)
    # shared_device, no_rate, too_large, or two of them with a comma between; "" for none.
    note = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "goal_id", "key"], name="conversion_once")]
        indexes = [
            models.Index(fields=["workspace", "at"], name="conversion_by_time"),
            models.Index(fields=["workspace", "person_id", "at"], name="conversion_by_person"),
            # Hardly any has one, and every report says how many.
            models.Index(
                fields=["workspace", "goal_id", "at"],
                include=["note"],
                condition=~models.Q(note=""),
                name="conversion_with_note",
            ),
        ]


class Refund(TrackingModel):
    """Money given back for an order, once per refund id; null amount: all that was left."""

    pk = models.CompositePrimaryKey("workspace_id", "order_id", "key")
    order_id = models.TextField()
    key = models.TextField()
    at = models.DateTimeField()
    message_id = models.TextField()
    amount_micros = models.BigIntegerField(null=True)


class StageEntry(TrackingModel):
    """A person's first entry of a stage."""

    pk = models.CompositePrimaryKey("workspace_id", "person_id", "stage_id")
    person_id = models.BigIntegerField()
    stage_id = models.BigIntegerField()
    at = models.DateTimeField()
    message_id = models.TextField()


class StageEvent(TrackingModel):
    """A track event that some stage is about, by whose it is: what a pipeline is counted from.

    All of them stand here, repeats of an order too; `tie` counts those of one name and the very same time.
    """

    pk = models.CompositePrimaryKey("workspace_id", "person_id", "name", "at", "tie")
    person_id = models.BigIntegerField()
    name = models.TextField()
    at = models.DateTimeField()
    tie = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "name", "at"], include=["person_id"], name="stageevent_by_time"),
        ]


class OpenPath(TrackingModel):
    """Where a person with touches stands: all of them in order, and the last conversion of each goal they reached.

    What a person went through without (yet) reaching a goal moves whenever they come back and ends when they convert.
    So it is kept per person and replaced with their facts; any look-back of any goal, also a new one, is cut from it
    when it is read. It makes no stored day stale.
    """

    pk = models.CompositePrimaryKey("workspace_id", "person_id")
    person_id = models.BigIntegerField()
    # Of the last touch, on whose day the path stands.
    last_at = models.DateTimeField()
    # In step, in the order of (at, tie).
    ats = ArrayField(models.DateTimeField())
    marks = ArrayField(models.BigIntegerField())
    # In step: goals reached, by id, and when each was reached last.
    goals = ArrayField(models.BigIntegerField())
    reached_at = ArrayField(models.DateTimeField())

    class Meta:
        indexes = [models.Index(fields=["workspace", "last_at"], name="openpath_by_day")]
