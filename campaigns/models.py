"""What was paid: rows of spend as they were sent."""

from django.db import models
from django.utils.timezone import now

from accounts.tenancy import TenantModel


class Spend(TenantModel):
    """Money paid for days, both ends included; for a channel, or for a source and a medium, maybe one campaign."""

    id = models.BigAutoField(primary_key=True)
    start = models.DateField()
    end = models.DateField()
    amount_micros = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    channel = models.TextField(null=True)
    source = models.TextField(null=True)
    medium = models.TextField(null=True)
    campaign = models.TextField(null=True)
    # sha256 over the four above: rows of one key never overlap unless their days are the same.
    key_digest = models.BinaryField(max_length=32)
    impressions = models.BigIntegerField(null=True)
    clicks = models.BigIntegerField(null=True)
    external_id = models.TextField(null=True)
    # What the platform says that it brought: millionths of conversions, and their worth in `currency`.
    claimed_conversions_micros = models.BigIntegerField(null=True)
    claimed_value_micros = models.BigIntegerField(null=True)
    stored_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="spend_external_id_once")]
        indexes = [
            models.Index(fields=["workspace", "end", "start"], name="spend_by_days"),
            models.Index(fields=["workspace", "key_digest", "start"], name="spend_by_key"),
        ]
