"""Marks that upstream leaves for downstream to find: what must be worked out again."""

from django.db import models
from django.utils.timezone import now

from tracking.models.tables import TrackingModel


class Refill(TrackingModel):
    """A change of settings that makes numbers anew; its progress is what its marks still leave to do."""

    MARKS, DAYS, PEOPLE = "relabel", "refill", "rederive"

    id = models.BigAutoField(primary_key=True)
    # What is made anew: channels of marks, credit of days, or touches and conversions of people from their events.
    kind = models.TextField()
    reason = models.TextField()
    started_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    # Marks it has left so far (people and days).
    total = models.IntegerField(default=0)
    # Days before this one were sealed already: the change left their numbers as they were.
    sealed_before = models.DateField(null=True)


class ChangedDay(TrackingModel):
    """A day (in the workspace's zone) whose stored numbers no longer hold; a fill deletes the marks it has read."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    refill_id = models.BigIntegerField(null=True)
    noted_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["workspace", "day"], name="changedday_by_day")]


class ChangedPerson(TrackingModel):
    """A person whose facts must be derived again although no new event of theirs waits."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField()
    refill_id = models.BigIntegerField(null=True)
