"""The sentence above the campaigns: who leads them, how many pay for themselves, and who loses most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from reports.catalogue.finding import language
from reports.core.leaders import leaders
from reports.core.ratios import share
from reports.core.words import count, money, percent
from reports.report import Credited, Finding

if TYPE_CHECKING:
    from reports.catalogue.campaigns import CampaignLine, CampaignsReport

# What stands between the two bars is highlighted.
LEADERS = {
    0: gettext_noop("|No campaign stands out.|"),
    1: gettext_noop("|{first} leads| the campaigns."),
    2: gettext_noop("|{first} and {second} lead| the campaigns."),
}
NOTHING = gettext_noop("|No campaign earned anything| in these days.")


def find_campaigns(report: CampaignsReport) -> Finding:
    """The finding of a period; says only what the figures hold."""
    by_revenue = report.total.now.returns.revenue > 0
    earned = [(line.campaign or "", _measure(line, by_revenue)) for line in report.lines]
    named = leaders(earned)
    pattern = LEADERS[len(named)] if any(value > 0 for _name, value in earned) else NOTHING
    names = {"first": named[0] if named else "", "second": named[1] if len(named) > 1 else ""}
    before, stress, after = (part.format(**names) for part in _(pattern).split("|", 2))
    paid = [line for line in report.lines if line.now.returns.cost]
    said = _say_paying(paid) if by_revenue else ""
    return Finding(before, stress, f"{after} {said}".rstrip(), " ".join(_say_evidence(report, paid, by_revenue)))


def _say_paying(paid: Sequence[CampaignLine]) -> str:
    if not paid:
        return ""
    won = sum(_returned(line) >= 0 for line in paid)
    return ngettext(
        "{won} of {paid} campaign with spend earned more than it cost.",
        "{won} of {paid} campaigns with spend earned more than they cost.",
        len(paid),
    ).format(won=count(won, language()), paid=count(len(paid), language()))


def _say_evidence(report: CampaignsReport, paid: Sequence[CampaignLine], by_revenue: bool) -> list[str]:
    sentences = [_say_share(report, by_revenue)]
    losing = [line for line in paid if _returned(line) < 0] if by_revenue else []
    if losing:
        worst = min(losing, key=_returned)
        sentences.append(
            _("{campaign} cost {cost} and earned {revenue}.").format(
                campaign=worst.campaign,
                cost=money(worst.now.returns.cost or Decimal(0), report.currency, language()),
                revenue=money(worst.now.returns.revenue, report.currency, language()),
            )
        )
    return sentences + list(report.notes[:1])


def _say_share(report: CampaignsReport, by_revenue: bool) -> str:
    now, before = (_together(report, at) for at in ("now", "before"))
    whole = report.total.now.returns
    total = whole.revenue if by_revenue else whole.conversions
    part = share(now.revenue if by_revenue else now.conversions, total)
    working = sum(_measure(line, by_revenue) > 0 for line in report.lines)
    shown = {
        "n": count(working, language()),
        "model": report.model_title,
        "earned": _write(now, report.currency, by_revenue),
        "before": _write(before, report.currency, by_revenue),
        "share": percent(part or Decimal(0), language()),
    }
    if by_revenue:
        sentence = ngettext(
            "Under {model}, {n} campaign earned {earned}, {share} of all revenue; {before} in the period before.",
            "Under {model}, {n} campaigns earned {earned}, {share} of all revenue; {before} in the period before.",
            working,
        )
    else:
        sentence = ngettext(
            "Under {model}, {n} campaign earned {earned} conversions, {share} of all; {before} in the period before.",
            "Under {model}, {n} campaigns earned {earned} conversions, {share} of all; {before} in the period before.",
            working,
        )
    return sentence.format(**shown)


def _together(report: CampaignsReport, at: str) -> Credited:
    rows = [getattr(line, at).returns for line in report.lines]
    return Credited(sum((row.conversions for row in rows), Decimal(0)), sum((row.revenue for row in rows), Decimal(0)))


def _write(credited: Credited, currency: str, by_revenue: bool) -> str:
    return money(credited.revenue, currency, language()) if by_revenue else count(credited.conversions, language())


def _measure(line: CampaignLine, by_revenue: bool) -> Decimal:
    return line.now.returns.revenue if by_revenue else line.now.returns.conversions


def _returned(line: CampaignLine) -> Decimal:
    return line.now.returns.revenue - (line.now.returns.cost or Decimal(0))
