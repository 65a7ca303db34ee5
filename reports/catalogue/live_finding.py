"""The sentence above the stream: whether everything that was accepted is in the reports, and what was not."""

from datetime import datetime, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.catalogue.live_report import Counters
from reports.catalogue.live_words import mend, name_reason
from reports.core.words import count
from reports.report import Finding

SILENT_AFTER = timedelta(hours=24)


def find_live(counters: Counters, last_at: datetime | None, now: datetime) -> Finding:
    """What is most worth knowing about what came in today."""
    language = get_language() or "en"
    if last_at is None and not counters.received:
        deck = _("The page looks by itself every few seconds; the first event appears here.")
        return Finding("", _("Nothing has arrived yet"), ".", deck)
    if counters.waiting:
        before = ngettext(
            "%(n)s event waits for its turn. ", "%(n)s events wait for their turn. ", counters.waiting
        ) % {"n": count(counters.waiting, language)}
    else:
        before = _("Everything accepted is in the reports. ")
    if counters.refused and counters.main_reason:
        stress = ngettext("%(n)s event was refused today", "%(n)s events were refused today", counters.refused) % {
            "n": count(counters.refused, language)
        }
        share = _("Most often: %(reason)s.") % {"reason": name_reason(counters.main_reason)}
        return Finding(before, stress, ".", f"{share} {mend(counters.main_reason)}")
    if last_at is not None and now - last_at > SILENT_AFTER:
        deck = _("The last event is more than a day old. See whether the snippet is still on the pages.")
        return Finding(before, _("It has been silent for more than a day"), ".", deck)
    return Finding(before, _("Nothing was refused today"), ".", _("Every event is shown with what became of it."))
