"""What a reader should know about days whose events are gone: they stand as they are, or cannot be asked anew."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.periods import Period
from tracking.models import Refill


def describe_sealed(workspace: Workspace, period: Period) -> list[str]:
    """A note where settings, goals or the pipeline changed after days of the period were sealed."""
    changes = Refill.objects.of(workspace).filter(sealed_before__gt=period.start)
    before = changes.order_by("-sealed_before").values_list("sealed_before", flat=True).first()
    if before is None:
        return []
    sentence = _("Days before %(day)s are sealed: their numbers follow the settings of then, which changed since.")
    return [sentence % {"day": date_format(before)}]


def describe_gone(workspace: Workspace, period: Period) -> list[str]:
    """A note where events of the period are no longer kept, for what is counted from events themselves."""
    before = workspace.sealed_before
    if before is None or period.start >= before:
        return []
    sentence = _("Events of days before %(day)s are no longer kept, and so not counted here.")
    return [sentence % {"day": date_format(before)}]
