"""Events as they were accepted, the bell that they are waiting, and what was refused."""

from django.db import models
from django.utils.timezone import now

from tracking.models.tables import TrackingModel


class Event(TrackingModel):
    """One accepted event in our own shape, whatever door it came through; never changed afterwards.

    Hash-partitioned by workspace; the primary key drops repeats. Written by the collector's role alone.
    """

    pk = models.CompositePrimaryKey("workspace_id", "message_id")
    message_id = models.TextField()
    received_at = models.DateTimeField()
    # The corrected time: what everything downstream goes by.
    at = models.DateTimeField()
    # The client's own time was absurd and the server's was taken.
    time_replaced = models.BooleanField(default=False)
    # page, screen, track, identify, group or alias
    kind = models.TextField()
    anonymous_id = models.TextField(null=True)
    user_id = models.TextField(null=True)
    # The event's name for track, the page's for page and screen.
    name = models.TextField(null=True)
    # Only for "Order Completed" and "Order Refunded".
    order_id = models.TextField(null=True)
    # properties, traits, context, previousId, originalTimestamp, newVisit …; all cleaned at the edge.
    payload = models.JSONField()
    # segment, matomo, csv …
    door = models.TextField()

    class Meta:
        # Partitions, indexes and the trigger that fills Inbox are made by the migration.
        managed = False
        db_table = "tracking_event"


class Inbox(TrackingModel):
    """Events whose facts are not derived yet; filled by a trigger, emptied with the facts, in one transaction each."""

    pk = models.CompositePrimaryKey("workspace_id", "seq")
    seq = models.BigIntegerField()
    message_id = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "tracking_inbox"


class EventCount(TrackingModel):
    """How many events one statement stored; summed, never added to."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    events = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "received_at"], name="eventcount_by_time")]


class RejectedEvent(TrackingModel):
    """What was not taken in, why, and its bytes; `duplicate` rows only count."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField(default=now)
    # From tracking.intake.REASONS.
    reason = models.TextField()
    field = models.TextField(default="", db_default="")
    detail = models.TextField(default="", db_default="")
    events = models.IntegerField(default=1, db_default=1)
    door = models.TextField(default="", db_default="")
    message_id = models.TextField(null=True)
    body = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-received_at"], name="rejectedevent_newest")]


class DerivingState(TrackingModel):
    """How the next batch of a workspace is cut: attempts are counted before the work, so a batch that kills is seen."""

    EVENTS, PEOPLE = "events", "people"

    id = models.BigAutoField(primary_key=True)
    # Which batches: of waiting events, or of people to derive again.
    work = models.TextField(default=EVENTS, db_default=EVENTS)
    batch_size = models.IntegerField(default=2000)
    failures = models.IntegerField(default=0)
    # The one row that fails even alone: its place in the inbox, or the mark's id.
    suspect = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "work"], name="derivingstate_once")]
