"""Funnels that a worker counts, and funnels that a workspace keeps."""

from django.db import models
from django.utils.timezone import now

from accounts.tenancy import TenantModel


class FunnelRun(TenantModel):
    """One question about a funnel, and its answer once there is one."""

    WAITING, DONE, FAILED, STOPPED = "waiting", "done", "failed", "stopped"

    id = models.BigAutoField(primary_key=True)
    asked_at = models.DateTimeField(default=now)
    # As posted, with everything unsaid filled in.
    params = models.JSONField()
    state = models.CharField(max_length=7, default=WAITING)
    # The report as it goes out.
    result = models.JSONField(null=True)
    # The same for the period before, where the question compares.
    before = models.JSONField(null=True)
    finished_at = models.DateTimeField(null=True)
    # How often a worker was asked for, and when last.
    rings = models.PositiveSmallIntegerField(default=1)
    rang_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["workspace", "asked_at"], name="funnelrun_by_time")]


class SavedFunnel(TenantModel):
    """A question about a funnel that a workspace keeps under a name, as the address of its page asks it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    # Without days: whoever opens it sees the latest.
    query = models.TextField()
    saved_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="savedfunnel_name_once")]
