"""The sentence above the lifetime value: what a customer has brought, and whose customers bring most."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.catalogue.finding import language
from reports.core.words import count, money
from reports.report import Finding, LifetimeReport

# Fewer customers than this say nothing about a channel.
ENOUGH = 5


def find_lifetime(report: LifetimeReport) -> Finding:
    """The finding as of a day."""
    lifetime, currency = report.lifetime, report.currency
    if lifetime.mean_historic_clv is None:
        return Finding("", _("There is no customer yet."), "", _("A customer is a person with at least one order."))
    first = _("A customer has brought {money} so far.").format(
        money=money(lifetime.mean_historic_clv, currency, language())
    )
    many = [row for row in lifetime.by_channel if row.channel and row.customers >= ENOUGH]
    people = ngettext("{count} customer with ‘{goal}’.", "{count} customers with ‘{goal}’.", lifetime.customers)
    deck = people.format(count=count(lifetime.customers, language()), goal=report.goal_name)
    if lifetime.predictive_clv is not None:
        expected = _("With this margin and lifetime, one may be expected to bring {money}.")
        deck += " " + expected.format(money=money(lifetime.predictive_clv, currency, language()))
    if len(many) < 2:
        return Finding("", first, "", deck)
    best = max(many, key=lambda row: row.mean_historic_clv)
    stress = _("{channel} brings the most valuable ones, {money} each.").format(
        channel=best.channel, money=money(best.mean_historic_clv, currency, language())
    )
    return Finding(f"{first} ", stress, "", deck)
