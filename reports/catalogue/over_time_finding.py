"""The sentence above returns over time: where the measure of all channels began and where it stands."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reports.catalogue.returns_over_time import OverTimeReport
from reports.report import Finding

Value = Decimal | float | None
# What stands between the two bars is highlighted.
PATTERNS = {
    "up": gettext_noop("|{measure} rose from {first} to {last}|."),
    "down": gettext_noop("|{measure} fell from {first} to {last}|."),
    "same": gettext_noop("|{measure} stands at {last}|, as at the beginning."),
}


def find_over_time(
    report: OverTimeReport, measure: str, title: str, write: Callable[[Value], str], today: date
) -> Finding | None:
    """The first and the last week or month that is over, no longer fills and has a figure; None without two of them."""
    cells = zip(report.parts, report.total, report.filling, strict=True)
    known = [(part, cell.measure(measure)) for part, cell, still in cells if part.end < today and not still.filling]
    known = [(part, value) for part, value in known if value is not None]
    if len(known) < 2:
        return None
    first, last = write(known[0][1]), write(known[-1][1])
    rose = float(known[-1][1] or 0) > float(known[0][1] or 0)
    direction = "same" if first == last else "up" if rose else "down"
    lead, stress, after = (
        part.format(measure=title, first=first, last=last) for part in _(PATTERNS[direction]).split("|", 2)
    )
    return Finding(lead, stress, after, _say_what(report.params.step))


def _say_what(step: str) -> str:
    if step == "month":
        return _("All channels together, in the first and in the last month that is over. Each has its line below.")
    return _("All channels together, in the first and in the last week that is over. Each has its line below.")
