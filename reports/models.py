"""The Monday mail: when a workspace's report goes to whom, and what became of each letter; and saved views."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.timezone import now

from accounts.models import Agency
from accounts.tenancy import TenantModel

USUAL_COLOUR = "#0B5C63"
MOST_WORDS = 600
MOST_VIEW_NAME = 80


class Brand(models.Model):
    """What an agency's mails wear; read before a workspace is known."""

    agency = models.OneToOneField(Agency, on_delete=models.CASCADE, primary_key=True, related_name="brand")
    # Empty: the agency's own name.
    name = models.CharField(max_length=60, blank=True)
    # As chosen; what is drawn is darkened until it can be read on white.
    colour = models.CharField(max_length=7, default=USUAL_COLOUR)
    # A PNG of our own making, drawn anew from what was uploaded; null: the initials.
    logo = models.BinaryField(null=True)


class Schedule(TenantModel):
    """When a workspace's weekly report is mailed, in its own time zone, and what it is about; one per workspace."""

    id = models.BigAutoField(primary_key=True)
    is_on = models.BooleanField(default=False)
    # Monday is 0.
    weekday = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField(default=8)
    # Null: the workspace's first goal.
    goal_id = models.BigIntegerField(null=True)
    model = models.CharField(max_length=40, default="linear")
    # A person's own sentences, under the finding of every report until they are changed.
    words = models.CharField(max_length=MOST_WORDS, blank=True)
    # Null while it is off.
    next_due_at = models.DateTimeField(null=True)
    # The zone that hour was worked out in, so that a workspace that moved is noticed.
    planned_in = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace"], name="schedule_once"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6, hour__lte=23), name="schedule_in_week"),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], condition=models.Q(is_on=True), name="schedule_by_due"),
        ]


class Recipient(TenantModel):
    """An address that is mailed once its owner has said yes, and never after they said no.

    Rows are never deleted, so that who is taken out and put in again is still the same recipient of a week.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField()
    added_at = models.DateTimeField(default=now)
    # How often and when last they were asked to confirm, and why that mail could not go out.
    asks = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    ask_error = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], name="recipient_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="recipient_email_is_lower"),
        ]

    @property
    def state(self) -> str:
        """removed, unsubscribed, confirmed or asked."""
        if self.removed_at:
            return "removed"
        if self.unsubscribed_at:
            return "unsubscribed"
        return "confirmed" if self.confirmed_at else "asked"


class Edition(TenantModel):
    """One week's report of a schedule with its figures as they were when it was made: all recipients get this one."""

    id = models.BigAutoField(primary_key=True)
    schedule_id = models.BigIntegerField()
    # A week, from Monday to Sunday.
    start = models.DateField()
    end = models.DateField()
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    subject = models.CharField(max_length=300, blank=True)
    # A frozen WeeklyReport; null while it is held back.
    figures = models.JSONField(null=True)
    # Why it is held back, for people; empty when it is not.
    reason = models.CharField(max_length=300, blank=True)
    # When to look whether it can go out after all; null: no more.
    look_again_at = models.DateTimeField(null=True)
    # The owner is told when something did not arrive; how many such letters they know of.
    tell_at = models.DateTimeField(null=True)
    troubles_told = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "schedule_id", "start"], name="edition_once"),
        ]
        indexes = [
            models.Index(
                fields=["look_again_at"], condition=models.Q(look_again_at__isnull=False), name="edition_by_look"
            ),
            models.Index(fields=["tell_at"], condition=models.Q(tell_at__isnull=False), name="edition_by_telling"),
        ]


class Delivery(TenantModel):
    """One letter: an edition to one recipient, at most once, whatever is killed meanwhile."""

    DUE, SENDING, SENT, FAILED, HELD_BACK, UNKNOWN = "due", "sending", "sent", "failed", "held_back", "unknown"
    # Its recipient left, or the schedule was switched off, before it was sent.
    SKIPPED = "skipped"
    # What a person should know of.
    TROUBLED = (FAILED, UNKNOWN)

    id = models.BigAutoField(primary_key=True)
    schedule_id = models.BigIntegerField()
    edition_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    start = models.DateField()
    email = models.EmailField()
    state = models.CharField(max_length=9, default=DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    # Who is sending it now; a worker that lost its claim sends nothing.
    claim = models.UUIDField(null=True)
    # From here on the mail server may have it: whoever finds the letter so must not send it again unasked.
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "schedule_id", "start", "recipient_id"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(next_try_at__isnull=False), name="delivery_by_next_try"
            ),
            models.Index(fields=["workspace", "edition_id"], name="delivery_by_edition"),
        ]


class SavedView(TenantModel):
    """A page with its filters that somebody keeps under a name, for themselves or for the whole workspace."""

    id = models.BigAutoField(primary_key=True)
    # By the name of its address, and only the filters that it knows: where it leads is made of these two.
    page = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    name = models.CharField(max_length=MOST_VIEW_NAME)
    # The person who saved it; null: a program did.
    owner_id = models.BigIntegerField(null=True)
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "page", "name"],
                condition=models.Q(is_shared=True),
                name="savedview_shared_once",
            ),
            models.UniqueConstraint(
                fields=["workspace", "page", "owner_id", "name"],
                condition=models.Q(is_shared=False),
                name="savedview_own_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_shared=True) | models.Q(owner_id__isnull=False), name="savedview_is_somebodys"
            ),
        ]


class Lateness(TenantModel):
    """How late a goal's conversions came in of late: sums over days, of which reports/core/lateness.py draws a curve.

    The three lists run in step: hours since a day began, how many conversions came in during each of them, and how
    many the days that lived through it had by its end.
    """

    pk = models.CompositePrimaryKey("workspace_id", "goal_id")
    goal_id = models.BigIntegerField()
    measured_at = models.DateTimeField()
    days = models.IntegerField()
    conversions = models.IntegerField()
    hours = ArrayField(models.IntegerField())
    came = ArrayField(models.IntegerField())
    out_of = ArrayField(models.IntegerField())


class SessionDay(TenantModel):
    """How many sessions began on one past day, by the mark that opened them: little-endian lists that run in step.

    Marks have eight bytes, counts four. It holds for exactly the bounds it was made with, and as long as no
    `SessionMove` names the day. A day without sessions has an empty row, so that it need not be looked for again.
    """

    pk = models.CompositePrimaryKey("workspace_id", "day")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    marks = models.BinaryField()
    counts = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "ends_at"], name="sessionday_by_end")]


class SessionMove(TenantModel):
    """A summed day whose sessions are no longer those that were counted.

    Written by a trigger in the transaction that moved them, and taken away when the day is summed again.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["workspace", "day"], name="sessionmove_by_day")]
