"""How long people take, in the unit that fits."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.catalogue.finding import language
from reports.core.words import count

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def span(seconds: float) -> str:
    """40 s, 12 min, 5 h, 9 days: one whole number, of days from a day and a half on."""
    if seconds < 1.5 * MINUTE:
        return _("%(n)s s") % {"n": count(round(seconds), language())}
    if seconds < 1.5 * HOUR:
        return _("%(n)s min") % {"n": count(round(seconds / MINUTE), language())}
    if seconds < 1.5 * DAY:
        return _("%(n)s h") % {"n": count(round(seconds / HOUR), language())}
    days = round(seconds / DAY)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": count(days, language())}
