"""What a customer is worth: what each has brought so far, and what one may be expected to bring."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from common.errors import Refusal
from common.periods import day_of
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import find_goal, read_day
from reports.core.lifetime import Lifetime, check_terms, measure_lifetime
from reports.report import LifetimeReport
from reports.storage import load_first_channels, load_orders
from tracking.models import Goal

FORMULAS = {
    "mean_historic_clv": "value of all orders after refunds / customers",
    "predictive_clv": "average order value × orders per customer in 365 days × margin × lifetime in years",
}
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


@dataclass(frozen=True)
class Params:
    """Whose orders, up to which day; margin (0 to 1) and lifetime are None where nobody said them."""

    goal: Goal
    as_of: date
    margin: Decimal | None
    lifetime_years: Decimal | None


def parse_params(workspace: Workspace, query: Mapping[str, str], *, now: datetime) -> Params:
    """Read a query string; raises Refusal naming the parameter."""
    params = Params(
        goal=find_goal(workspace, query.get("goal", "")),
        as_of=read_day(query, "as_of") or day_of(now, ZoneInfo(workspace.timezone)),
        margin=_read_number(query, "margin"),
        lifetime_years=_read_number(query, "lifetime_years"),
    )
    check_terms(margin=params.margin or Decimal(0), lifetime_years=params.lifetime_years or Decimal(0))
    return params


def build(workspace: Workspace, params: Params, now: datetime) -> LifetimeReport:
    """The report as of now; without margin and lifetime nothing is forecast."""
    complete_up_to = find_as_of(workspace, now)
    orders = load_orders(workspace, params.goal.pk, as_of=params.as_of)
    first_channels = load_first_channels(workspace, orders["customer"].unique().to_list())
    has_terms = params.margin is not None and params.lifetime_years is not None
    lifetime = measure_lifetime(
        orders,
        first_channels,
        as_of=params.as_of,
        margin=params.margin or Decimal(0),
        lifetime_years=params.lifetime_years or Decimal(0),
    )
    return LifetimeReport(
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        currency=workspace.currency,
        as_of=params.as_of,
        margin=params.margin,
        lifetime_years=params.lifetime_years,
        lifetime=lifetime if has_terms else _without_forecast(lifetime),
        complete_up_to=complete_up_to,
        notes=_describe(lifetime.customers, lifetime.average_order_value, lifetime.orders_without_value, has_terms),
    )


def _without_forecast(lifetime: Lifetime) -> Lifetime:
    channels = [replace(channel, predictive_clv=None) for channel in lifetime.by_channel]
    return replace(lifetime, predictive_clv=None, by_channel=channels)


def _describe(customers: int, order_value: Decimal | None, orders_without_value: int, has_terms: bool) -> list[str]:
    notes = []
    if not has_terms:
        notes.append(_("Nothing is forecast without a margin and a lifetime in years."))
    if not customers:
        notes.append(_("There is no order, and so no customer, up to this day."))
    elif order_value is None:
        notes.append(_("There is no order with a value in the 365 days up to this day, so nothing can be forecast."))
    if orders_without_value:
        sentence = ngettext(
            "%(count)d order has no known value: it counts as an order, but adds no money.",
            "%(count)d orders have no known value: they count as orders, but add no money.",
            orders_without_value,
        )
        notes.append(sentence % {"count": orders_without_value})
    return notes


def _read_number(query: Mapping[str, str], field: str) -> Decimal | None:
    given = query.get(field)
    if not given:
        return None
    if not _NUMBER.fullmatch(given):
        raise Refusal("invalid_number", _("Write a number, as in 0.6."), field=field)
    return Decimal(given)
