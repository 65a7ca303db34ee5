"""Every campaign in one row: whom it brought, what it earned and cost, and what it adds to the pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.rules import RULES
from common.periods import Period
from reports.campaign_visits import MOST_TOLD_APART, NO_VISITS, Visits, count_visits
from reports.catalogue import attribution, returns
from reports.catalogue.campaigns_finding import find_campaigns
from reports.catalogue.finding import language
from reports.catalogue.params import Params
from reports.catalogue.pipeline_heat import ROLES, CampaignRow, build_campaigns
from reports.catalogue.returns import Costs, Fold
from reports.core.words import count
from reports.report import AttributionReport, Credited, CreditRow, Finding, ReturnsRow
from tracking.models import Stage
from tracking.storage import IngestionState, ingestion_state

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One campaign over one period; people None: not known, of too many visits or several campaigns taken together.

    `added` has new leads, opportunities and customers credited to it; None: no stage has the role, or the model
    shares no single entry.
    """

    returns: ReturnsRow
    people: int | None
    added: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign, now and in the period before; None: what no campaign brought."""

    campaign: str | None
    channel: str | None
    now: Measured
    before: Measured


@dataclass(frozen=True, slots=True)
class CampaignsReport:
    """Campaigns by what they earned; Σ lines + without + unattributed = total, in conversions, revenue and entries."""

    model: str
    model_title: str
    formula: str
    goal_id: int
    goal_name: str
    period: Period
    lookback_days: int
    half_life_days: float
    currency: str
    # Roles that some stage has.
    roles: Sequence[str]
    lines: Sequence[CampaignLine]
    without: CampaignLine
    unattributed: CampaignLine
    unassigned_cost: Decimal | None
    unassigned_cost_before: Decimal | None
    total: CampaignLine
    adds_up: bool
    finding: Finding
    ingestion: IngestionState
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Side:
    """One period: measured by campaign, and what stands beside."""

    credited: AttributionReport
    rows: Mapping[str | None, Measured]
    unattributed: Measured
    total: Measured
    costs: Costs
    notes: Sequence[str]


def build(workspace: Workspace, params: Params, now: datetime) -> CampaignsReport:
    """The report as of now; always by campaign, whatever grouping the parameters name."""
    params = replace(params, group_by="campaign")
    ingestion = ingestion_state(workspace, now)
    stages = list(Stage.objects.of(workspace).order_by("position"))
    here, earlier = (
        _measure(workspace, replace(params, period=period), stages, ingestion.as_of)
        for period in (params.period, params.period.before)
    )
    names = sorted({*here.rows, *earlier.rows} - {None}, key=lambda name: _rank(name, here, earlier))
    lines = [_line(name, here, earlier) for name in names]
    without = _line(None, here, earlier)
    held = {stage.role for stage in stages}
    report = CampaignsReport(
        model=params.model,
        model_title=here.credited.model_title,
        formula=here.credited.formula,
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        period=params.period,
        lookback_days=params.lookback_days,
        half_life_days=params.half_life_days,
        currency=workspace.currency,
        roles=[role for role in ROLES if role in held],
        lines=lines,
        without=without,
        unattributed=CampaignLine(None, None, here.unattributed, earlier.unattributed),
        unassigned_cost=here.costs.unassigned,
        unassigned_cost_before=earlier.costs.unassigned,
        total=CampaignLine(None, None, here.total, earlier.total),
        adds_up=_adds_up(here),
        finding=Finding("", "", "", ""),
        ingestion=ingestion,
        notes=[*attribution.describe(workspace, params), *here.notes],
    )
    return replace(report, finding=find_campaigns(report))


def _measure(workspace: Workspace, params: Params, stages: Sequence[Stage], as_of: datetime) -> _Side:
    groups, days = attribution.load_params(workspace, params)
    credited = attribution.assemble(workspace, params, groups, days, as_of=as_of, notes=[])
    fold = returns.choose_fold(params, credited.rows)
    costs = returns.load_costs(workspace, params, fold)
    visits, all_visits = _fold_visits(count_visits(workspace, params.period), fold)
    pipeline = build_campaigns(workspace, stages, params.period, params.model) if params.model in RULES else None
    added = {row.campaign: row for row in pipeline.rows} if pipeline else {}
    credit = {row.group: row for row in returns.add_unearned(credited.rows, costs)}
    for name in {*visits, *added, None} - set(credit):
        credit[name] = CreditRow(name, NOTHING, NOTHING)
    rows = {}
    for name, row in credit.items():
        seen = visits.get(name, NO_VISITS)
        channel = row.channel or seen.channel or (added[name].channel if name in added else None)
        rows[name] = Measured(
            returns.make_row(replace(row, channel=channel), costs, {name: seen.visits}),
            people=seen.people,
            added=_added(added.get(name), pipeline is not None, stages),
        )
    nobody = pipeline.nobody if pipeline else None
    whole = pipeline.total if pipeline else None
    return _Side(
        credited=credited,
        rows=rows,
        unattributed=_beside(credited.unattributed, NOTHING, NO_VISITS, _added(nobody, pipeline is not None, stages)),
        total=_beside(credited.total, costs.total, all_visits, _added(whole, pipeline is not None, stages)),
        costs=costs,
        notes=[
            *returns.describe_costs(workspace, costs),
            *_describe_people(all_visits),
            *_describe_pipeline(pipeline is not None, stages),
        ],
    )


def _fold_visits(
    counted: tuple[Mapping[str | None, Visits], Visits], fold: Fold
) -> tuple[dict[str | None, Visits], Visits]:
    """Visits add up over campaigns that stand as one, people do not."""
    visits, whole = counted
    folded: dict[str | None, Visits] = {}
    for name, found in visits.items():
        into = fold(name)
        folded[into] = Visits(folded[into].visits + found.visits, None) if into in folded else found
    return folded, whole


def _added(row: CampaignRow | None, known: bool, stages: Sequence[Stage]) -> dict[str, Decimal | None]:
    held = {stage.role for stage in stages}
    if row is not None:
        return dict(row.by_role)
    return {role: NOTHING if known and role in held else None for role in ROLES}


def _beside(credited: Credited, cost: Decimal | None, visits: Visits, added: Mapping[str, Decimal | None]) -> Measured:
    return Measured(returns.put_together(None, None, credited, cost, visits.visits), visits.people, added)


def _describe_people(visits: Visits) -> list[str]:
    if visits.people is not None:
        return []
    sentence = _("People are told apart among up to %(most)s visits. A shorter period has a figure.")
    return [sentence % {"most": count(MOST_TOLD_APART, language())}]


def _describe_pipeline(known: bool, stages: Sequence[Stage]) -> list[str]:
    if known or not stages:
        return []
    return [_("Markov and Shapley share no single entry of a stage; under a rule the pipeline’s columns have figures.")]


def _line(name: str | None, here: _Side, earlier: _Side) -> CampaignLine:
    now, before = here.rows.get(name) or _nothing(name, here), earlier.rows.get(name) or _nothing(name, earlier)
    return CampaignLine(name, now.returns.channel or before.returns.channel, now, before)


def _nothing(name: str | None, side: _Side) -> Measured:
    added = {role: None if count is None else NOTHING for role, count in side.total.added.items()}
    return Measured(returns.make_row(CreditRow(name, NOTHING, NOTHING), side.costs, {}), 0, added)


def _rank(name: str | None, here: _Side, earlier: _Side) -> tuple[Decimal | int | str, ...]:
    now, before = ((side.rows.get(name) or _nothing(name, side)).returns for side in (here, earlier))
    return (-now.revenue, -now.conversions, -(now.cost or 0), -now.sessions, -before.revenue, name or "")


def _adds_up(side: _Side) -> bool:
    """Whether the rows and what stands beside them make the total, to the last digit."""
    parts = [*side.rows.values(), side.unattributed]
    whole = side.total
    earned = sum((part.returns.revenue for part in parts), NOTHING) == whole.returns.revenue
    reached = sum((part.returns.conversions for part in parts), NOTHING) == whole.returns.conversions
    entered = all(
        sum((part.added[role] or NOTHING for part in parts), NOTHING) == (whole.added[role] or NOTHING)
        for role in ROLES
    )
    return earned and reached and entered
