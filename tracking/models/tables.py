"""What every table of tracking has in common."""

from django.db import models

from accounts.models import Workspace
from accounts.tenancy import TenantModel


class TrackingModel(TenantModel):
    """Rows written by the million: every key begins with the workspace, so it has no index of its own."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True
