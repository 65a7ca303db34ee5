"""Who: users, agencies, their workspaces, members, tokens and write keys; read before a workspace is known."""

from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.timezone import now

from common.periods import day_of


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """A person with a log-in; what they may see hangs on their memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    # Demo users are refused when the server listens on a public address.
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower")]


class Agency(models.Model):
    """A company that runs marketing for its clients, each a workspace."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    CLIENT = "client"


class Membership(models.Model):
    """A user's role in an agency."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "agency"], name="membership_once")]


class WorkspaceAccess(models.Model):
    """A workspace that was given to a client; the other roles see all of their agency's."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="accesses")
    workspace = models.ForeignKey("Workspace", on_delete=models.CASCADE, related_name="accesses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "workspace"], name="workspace_access_once")]


class Invitation(models.Model):
    """An offer of a role, bound to one address; good once, for some days, and while the inviter may make it."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="invitations")
    # None: the operator's own token. Gone with the inviter's membership.
    invited_by = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    workspaces: models.ManyToManyField = models.ManyToManyField("Workspace", related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_is_lower"),
            models.UniqueConstraint(
                fields=["agency", "email"], condition=models.Q(accepted_at=None), name="invitation_once"
            ),
        ]


class Workspace(models.Model):
    """One client of an agency; its id is the whole number Matomo clients send as idsite."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="workspaces")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    own_domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    lookback_days = models.PositiveIntegerField(default=90)
    half_life_days = models.FloatField(default=7)
    channel_rules = models.JSONField(default=list, blank=True)
    manual_tags_override_click_ids = models.BooleanField(default=False)
    # None: the payment and sign-in hosts of tracking.core.referrers.
    ignored_referrers = ArrayField(models.CharField(max_length=253), null=True, blank=True)
    # How long events are kept; None: for ever.
    retention_days = models.PositiveIntegerField(null=True)
    # Facts before this instant, at which a day begins, stand for ever: their events are gone. Only ever moves on.
    sealed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(lookback_days__range=(1, 3650)), name="lookback_in_range"),
            models.CheckConstraint(condition=models.Q(half_life_days__gt=0), name="half_life_positive"),
            models.CheckConstraint(
                condition=models.Q(retention_days=None) | models.Q(retention_days__range=(30, 3650)),
                name="retention_in_range",
            ),
        ]

    @property
    def sealed_before(self) -> date | None:
        """The first day that is not sealed; None while none is."""
        return self.sealed_at and day_of(self.sealed_at, ZoneInfo(self.timezone))


class Scope(models.TextChoices):
    READ = "read"
    MANAGE = "manage"


class ApiToken(models.Model):
    """A secret that lets a program read or manage an agency, or one workspace of it; only its hash is kept."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="tokens")
    workspace = models.ForeignKey(Workspace, null=True, on_delete=models.CASCADE, related_name="tokens")
    # Goes with the member who made it; None: made by the operator.
    made_by = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class WriteKey(models.Model):
    """A key with which pages and servers post events into one workspace; only its hash is kept."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="write_keys")
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)


class IdempotentAnswer(models.Model):
    """The first answer to a POST that carried an Idempotency-Key, given again to every repeat."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    request_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "key"], name="idempotency_key_once")]


class OutgoingMail(models.Model):
    """An e-mail that is yet to leave, sealed; gone once it has."""

    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=now)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=now, db_index=True)


class AuditEntry(models.Model):
    """Who did or tried what; the app may add entries and read them, and never alter one."""

    class Actor(models.TextChoices):
        NOBODY = "nobody"
        USER = "user"
        TOKEN = "token"  # noqa: S105 - a kind of actor
        SYSTEM = "system"

    at = models.DateTimeField(default=now)
    # No constraints: an entry outlives what it is about.
    agency = models.ForeignKey(
        Agency, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="audit_entries"
    )
    workspace = models.ForeignKey(
        Workspace, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_kind = models.CharField(max_length=10, choices=Actor.choices)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    object = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=40)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "id"], name="audit_by_agency")]


class Upkeep(models.Model):
    """What was done for the whole installation, and whether it went well; written by the operator's commands."""

    class Kind(models.TextChoices):
        BACKUP = "backup"
        RESTORE_TEST = "restore_test"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField(db_default=Now())
    went_well = models.BooleanField()
    detail = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        indexes = [models.Index(fields=["kind", "-at"], name="upkeep_newest")]


class Alarm(models.Model):
    """Something that an operator should look at, from when it began until it was over; see `accounts.alarms`."""

    name = models.CharField(max_length=30)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # What was measured when it began, and how much is allowed; None where there is nothing to measure.
    value = models.FloatField(null=True)
    limit = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(ended_at=None), name="alarm_open_once")
        ]
