"""Who: people, the ids they are known by, and the links that join them."""

from django.db import models

from tracking.models.tables import TrackingModel


class Person(TrackingModel):
    """Everything that identity has merged into one; it holds nothing but its number."""

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField()


class Alias(TrackingModel):
    """An id of a person: a userId ("user") or an anonymousId ("anonymous"); the two are separate name spaces."""

    pk = models.CompositePrimaryKey("workspace_id", "namespace", "value")
    namespace = models.TextField()
    value = models.TextField()
    person_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "person_id"], name="alias_by_person")]


class AnonymousLink(TrackingModel):
    """The earliest link (by time, then messageId) of an anonymousId to a userId: whose it is."""

    pk = models.CompositePrimaryKey("workspace_id", "anonymous_id")
    anonymous_id = models.TextField()
    user_id = models.TextField()
    at = models.DateTimeField()
    message_id = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "user_id"], name="anonymouslink_by_user")]


class UserMerge(TrackingModel):
    """An explicit alias of two ids; it merges users once the previous one is known to have been used as a userId."""

    pk = models.CompositePrimaryKey("workspace_id", "previous_id", "user_id")
    previous_id = models.TextField()
    user_id = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "user_id"], name="usermerge_by_user")]


class ErasedId(TrackingModel):
    """An id of somebody erased, or of an order of theirs, as a keyed hash: what is told of it once more is known."""

    pk = models.CompositePrimaryKey("workspace_id", "digest")
    digest = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField()
