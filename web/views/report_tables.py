"""The tables of the report pages, as files."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from reports.deliveries.lists import EditionState
from reports.models import Delivery, Recipient
from reports.ways_out.csv_file import Table


def tell_recipients(recipients: Iterable[Recipient]) -> Table:
    """Who gets the report, and since when."""
    heads = [_("Address"), _("State"), _("Added at"), _("Said yes at"), _("Left at")]
    return Table(
        heads,
        [
            (one.email, one.state, as_iso(one.added_at), as_iso(one.confirmed_at), as_iso(one.unsubscribed_at))
            for one in recipients
        ],
    )


def tell_editions(editions: Iterable[EditionState]) -> Table:
    """One report a week, with what became of it."""
    heads = [
        _("Week from"),
        _("Week to"),
        _("What it says"),
        _("State"),
        _("Held back because"),
        _("Sent"),
        _("Letters"),
    ]
    rows = [
        (
            one.edition.start,
            one.edition.end,
            one.edition.subject,
            one.state,
            one.edition.reason,
            one.letters[Delivery.SENT],
            one.all_letters,
        )
        for one in editions
    ]
    return Table(heads, rows)


def tell_letters(letters: Iterable[Delivery]) -> Table:
    """One letter a recipient and report."""
    heads = [_("Week from"), _("To"), _("State"), _("Tries"), _("Sent at"), _("Reason")]
    return Table(
        heads,
        [(one.start, one.email, one.state, one.attempts, as_iso(one.sent_at), one.error) for one in letters],
    )


def as_iso(moment: Any) -> str | None:
    """A moment as ISO 8601, or None."""
    return moment.isoformat(timespec="seconds") if moment else None
