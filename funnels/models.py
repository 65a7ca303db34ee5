"""Funnels that take long enough to be counted by a worker."""

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
    finished_at = models.DateTimeField(null=True)
    # How often a worker was asked for, and when last.
    rings = models.PositiveSmallIntegerField(default=1)
    rang_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["workspace", "asked_at"], name="funnelrun_by_time")]
