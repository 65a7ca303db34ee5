"""The sentence above the returns: what each unit of money brought back, and who lost most or returned most of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.catalogue.finding import language
from reports.catalogue.returns_claims import say_largest
from reports.core.words import money
from reports.report import Finding, ReturnsReport, ReturnsRow

if TYPE_CHECKING:
    from reports.catalogue.returns_page import Paid

ONE = Decimal(1)


IsClose = Callable[[ReturnsRow, ReturnsRow], bool | None]


def find_returns(
    report: ReturnsReport, now: Paid, before: Paid, paid: Sequence[ReturnsRow], is_close: IsClose | None = None
) -> Finding:
    """The finding of a period; `paid` are its channels with a cost, `is_close` says whom no interval parts.

    While days are still filling nobody is said to have lost or to have returned most.
    """
    currency = report.attribution.currency
    if now.cost is None:
        return Finding("", _("What was spent is not wholly known."), "", _say_unknown(report))
    if not now.cost or now.returns.roas is None:
        return Finding("", _("No spend is known for these days."), "", _say_no_spend(report))
    back = _write(Decimal(repr(now.returns.roas)), currency)
    pattern = _("Every {one} spent brought back {back}.")
    if report.still_filling:
        pattern = _("Every {one} spent brought back {back} so far.")
    first = pattern.format(one=_write(ONE, currency), back=back)
    stress = _say_so_far(paid) if report.still_filling else _say_extreme(paid, currency, is_close)
    return Finding(f"{first} " if stress else "", stress or first, "", _say_evidence(report, now, before))


def _say_so_far(paid: Sequence[ReturnsRow]) -> str:
    behind = [row for row in paid if row.group and row.cost and row.revenue < row.cost]
    if not behind:
        return ""
    worst = max(behind, key=lambda row: (row.cost or 0) - row.revenue)
    return _("{channel} has not earned back its cost yet.").format(channel=worst.group)


def _say_extreme(paid: Sequence[ReturnsRow], currency: str, is_close: IsClose | None) -> str:
    """Who lost most money, else who returned most of each unit; nothing about a single channel that did not lose."""
    known = [row for row in paid if row.roas is not None and row.cost and row.group]
    losing = [row for row in known if row.revenue < (row.cost or 0)]
    if losing:
        worst = max(losing, key=lambda row: (row.cost or 0) - row.revenue)
        if worst.too_close:
            return _("Whether {channel} paid for itself is too close to call.").format(channel=worst.group)
        lost = _write(ONE - Decimal(repr(worst.roas)), currency)
        return _("{channel} lost {lost} of each.").format(channel=worst.group, lost=lost)
    if len(known) < 2:
        return ""
    best, second = sorted(known, key=lambda row: -(row.roas or 0))[:2]
    if is_close and is_close(best, second):
        pattern = _("{channel} and {second} returned most, too close to call.")
        return pattern.format(channel=best.group, second=second.group)
    most = _write(Decimal(repr(best.roas)), currency)
    return _("{channel} returned most, {most} for each.").format(channel=best.group, most=most)


def _say_evidence(report: ReturnsReport, now: Paid, before: Paid) -> str:
    currency, model = report.attribution.currency, report.attribution.model_title
    sentence = ngettext(
        "{cost} was spent on {channels} channel, to which the model {model} credits {revenue}.",
        "{cost} was spent on {channels} channels, to which the model {model} credits {revenue}.",
        now.channels,
    ).format(
        cost=_write(now.cost or Decimal(0), currency),
        channels=now.channels,
        model=model,
        revenue=_write(now.credited.revenue, currency),
    )
    if before.cost and before.returns.roas is not None:
        back = _write(Decimal(repr(before.returns.roas)), currency)
        then = _("In the period before, it was {back} for each {one}.").format(back=back, one=_write(ONE, currency))
    else:
        then = _("Nothing is known to have been spent in the period before.")
    return " ".join(part for part in (sentence, then, say_largest(report.rows, currency)) if part)


def _say_no_spend(report: ReturnsReport) -> str:
    earned = _write(report.attribution.total.revenue, report.attribution.currency)
    sentence = _("{revenue} was earned from ‘{goal}’. What it returned shows once the page knows what was paid.")
    return sentence.format(revenue=earned, goal=report.attribution.goal_name)


def _say_unknown(report: ReturnsReport) -> str:
    sentence = _("Some of it has no exchange rate to {currency}. The rows without such days are complete.")
    return sentence.format(currency=report.attribution.currency)


def _write(amount: Decimal, currency: str) -> str:
    return money(amount, currency, language())
