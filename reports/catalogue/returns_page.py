"""Returns as people read them: the report, what all paid channels returned together, and the period before."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.rules import RULES
from common.money import from_micros
from common.periods import bounds
from reports.catalogue import attribution, returns
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import GROUPS_SOLVED, Params
from reports.catalogue.returns_claims import Claim, list_claims
from reports.catalogue.returns_finding import find_returns
from reports.catalogue.returns_spread import bound_rows, spread_returns
from reports.core.ratios import change
from reports.core.returns import Returns, work_out_returns
from reports.report import Choice, Credited, Figure, Finding, ReturnsReport, ReturnsRow
from tracking.models import Conversion
from tracking.storage import IngestionState, ingestion_state


@dataclass(frozen=True, slots=True)
class Paid:
    """Channels that cost something, together; ROI and the like are over their credit only."""

    cost: Decimal | None
    credited: Credited
    returns: Returns
    channels: int


@dataclass(frozen=True, slots=True)
class ReturnsPage:
    """Everything on the page of returns; `ledger` is what the conversions themselves add up to."""

    returns: ReturnsReport
    subtotal: ReturnsRow | None
    finding: Finding
    figures: list[Figure]
    ledger: Credited
    notes: list[str]
    ingestion: IngestionState
    goals: list[Choice]
    models: list[Choice]
    claims: list[Claim] = field(default_factory=list)


def build(workspace: Workspace, params: Params, now: datetime) -> ReturnsPage:
    """The page as of now; its key figures are of channels, whatever the table is grouped by."""
    arrived = ingestion_state(workspace, now)
    groups, days = attribution.load_params(workspace, params)
    credited = attribution.complete(workspace, params, groups, days, as_of=arrived.as_of)
    spreads = spread_returns(workspace, params, groups, now)
    report = bound_rows(returns.build_beside(workspace, params, credited), spreads)
    by_channel = replace(params, group_by="channel")
    paid, rows = (
        add_up_paid(report.rows, report.total.cost) if params == by_channel else load_paid(workspace, by_channel)
    )
    before, _rows = load_paid(workspace, replace(by_channel, period=params.period.before))
    undefined = set(returns.describe_undefined(report.rows))
    models = list_models(params.half_life_days)
    return ReturnsPage(
        returns=report,
        subtotal=sum_paid_rows(report.rows),
        finding=find_returns(report, paid, before, rows, spreads.is_close),
        figures=make_figures(paid, before),
        ledger=count_ledger(workspace, params),
        notes=[note for note in report.notes if note not in undefined],
        ingestion=arrived,
        goals=list_goals(workspace),
        models=models if params.group_by in GROUPS_SOLVED else [one for one in models if one.value in RULES],
        claims=list_claims(report.rows, spreads.reach),
    )


def load_paid(workspace: Workspace, params: Params) -> tuple[Paid, list[ReturnsRow]]:
    """What the channels with a cost returned together, and one row for each of them."""
    groups, _days = attribution.load_params(workspace, params)
    credit = [attribution.make_row(group) for group in groups]
    costs = returns.load_costs(workspace, params, returns.choose_fold(params, credit))
    rows = [returns.make_row(row, costs, {}) for row in returns.add_unearned(credit, costs)]
    return add_up_paid(rows, costs.total)


def add_up_paid(rows: list[ReturnsRow], cost: Decimal | None) -> tuple[Paid, list[ReturnsRow]]:
    """Channels with a cost together, and which they are; `cost` is all that was paid."""
    paid = [row for row in rows if row.cost]
    total = _add(paid)
    worked_out = work_out_returns(cost=cost, conversions=total.conversions, revenue=total.revenue)
    return Paid(cost, total, worked_out, len(paid)), paid


def sum_paid_rows(rows: list[ReturnsRow]) -> ReturnsRow | None:
    """The rows that cost something as one; None where there is none."""
    paid = [row for row in rows if row.cost]
    cost = sum((row.cost for row in paid if row.cost), Decimal(0))
    sessions = sum(row.sessions for row in paid)
    return returns.put_together(None, None, _add(paid), cost, sessions) if paid else None


def make_figures(now: Paid, before: Paid) -> list[Figure]:
    """Cost, revenue credited to what it paid for, ROI, ROAS and cost per conversion, each with the one before."""
    return [
        _figure(_("Cost"), "money", now.cost, before.cost),
        _figure(_("Revenue credited"), "money", now.credited.revenue, before.credited.revenue),
        _figure(_("ROI"), "percent", _decimal(now.returns.roi), _decimal(before.returns.roi)),
        _figure(_("ROAS"), "ratio", _decimal(now.returns.roas), _decimal(before.returns.roas)),
        _figure(_("CPA"), "money", now.returns.cpa if now.cost else None, before.returns.cpa if before.cost else None),
    ]


def count_ledger(workspace: Workspace, params: Params) -> Credited:
    """How many conversions the period has and what they are worth after refunds, counted without any credit."""
    start, end = bounds(params.period, ZoneInfo(workspace.timezone))
    reached = Conversion.objects.of(workspace).filter(goal_id=params.goal.pk, at__gte=start, at__lt=end)
    counted = reached.aggregate(conversions=Count("id"), value=Sum("value_micros"))
    return Credited(Decimal(counted["conversions"]), from_micros(counted["value"] or 0))


def _add(rows: list[ReturnsRow]) -> Credited:
    conversions = sum((row.conversions for row in rows), Decimal(0))
    return Credited(conversions, sum((row.revenue for row in rows), Decimal(0)))


def _figure(name: str, kind: str, value: Decimal | None, before: Decimal | None) -> Figure:
    return Figure(name, kind, value, before, change(value, before))  # type: ignore[arg-type]


def _decimal(ratio: float | None) -> Decimal | None:
    return None if ratio is None else Decimal(repr(ratio))
