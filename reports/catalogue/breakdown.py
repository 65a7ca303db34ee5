"""One model's credit by any grouping, narrowed to a channel or campaign if asked, beside the period before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.solved import SOLVED
from common.errors import Refusal
from reports.ask import ask
from reports.catalogue import attribution
from reports.catalogue.params import Params
from reports.catalogue.within import Within, conditions
from reports.core.ratios import share
from reports.report import AttributionReport, Credited, CreditRow
from reports.storage import GROUPS, Group
from tracking.storage import IngestionState, ingestion_state

NOTHING = Credited(Decimal(0), Decimal(0))
_STATEMENT = """
with credited as (
    select packed.mark, sum(packed.credit) as credit, sum(packed.value) as value
    from attribution_dailycredit days, unnest(days.marks, days.credit, days.value) as packed (mark, credit, value)
    where days.workspace_id = %(workspace)s and days.goal_id = %(goal)s and days.rule = %(rule)s
        and days.day between %(start)s and %(end)s
    group by packed.mark
)
select {group} as name, case when count(distinct m.channel) = 1 then min(m.channel) end, sum(c.credit), sum(c.value)
from credited c join tracking_mark m on m.workspace_id = %(workspace)s and m.id = c.mark
where {within}
group by 1 having sum(c.credit) <> 0 or sum(c.value) <> 0
"""


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """What one group earned, its share of all that is shown, and what it earned before."""

    row: CreditRow
    share: Decimal | None
    before: Credited


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rows of a grouping; without `within`, Σ rows + unattributed = total."""

    report: AttributionReport
    before: AttributionReport
    rows: Sequence[BreakdownRow]
    within: Within
    # Of all rows.
    credited: Credited
    credited_before: Credited
    by_revenue: bool
    ingestion: IngestionState


def build(workspace: Workspace, params: Params, within: Within, now: datetime) -> Breakdown:
    """The report as of now. Raises Refusal where a model that is solved from paths cannot be narrowed like this."""
    ingestion = ingestion_state(workspace, now)
    before = replace(params, period=params.period.before)
    report, report_before = (
        _assemble(workspace, asked, within, ingestion, notes=asked is params) for asked in (params, before)
    )
    credited, credited_before = _sum(report.rows), _sum(report_before.rows)
    by_revenue = report.total.revenue > 0
    whole = report.total if not within else credited
    earned_before = {row.group: Credited(row.conversions, row.revenue) for row in report_before.rows}
    return Breakdown(
        report=report,
        before=report_before,
        rows=[
            BreakdownRow(row, _share(row, whole, by_revenue), earned_before.get(row.group, NOTHING))
            for row in report.rows
        ],
        within=within,
        credited=credited,
        credited_before=credited_before,
        by_revenue=by_revenue,
        ingestion=ingestion,
    )


def _assemble(
    workspace: Workspace, params: Params, within: Within, ingestion: IngestionState, *, notes: bool
) -> AttributionReport:
    groups, days = attribution.load_params(workspace, params)
    if within:
        groups = _narrow(workspace, params, within, groups)
    said = attribution.describe(workspace, params) if notes else []
    return attribution.assemble(workspace, params, groups, days, as_of=ingestion.as_of, notes=said)


def _narrow(workspace: Workspace, params: Params, within: Within, groups: list[Group]) -> list[Group]:
    if params.model not in SOLVED:
        return _load_within(workspace, params, within)
    if set(within) != {"channel"}:
        message = _("Markov and Shapley credit can be narrowed to a channel only. Choose another model.")
        raise Refusal("unsupported_grouping", message, field=next(name for name in within if name != "channel"))
    # A campaign solved from paths stands with the one channel it ran in; one that ran in several is none of it.
    return [group for group in groups if group.channel == within["channel"]]


def _load_within(workspace: Workspace, params: Params, within: Within) -> list[Group]:
    where, values = conditions(within)
    rows = ask(
        workspace,
        _STATEMENT.format(group=GROUPS[params.group_by], within=where),
        goal=params.goal.pk,
        rule=params.model,
        start=params.period.start,
        end=params.period.end,
        **values,
    )
    return [Group(name, channel, int(credit), int(value)) for name, channel, credit, value in rows]


def _sum(rows: Sequence[CreditRow]) -> Credited:
    return Credited(sum((row.conversions for row in rows), Decimal(0)), sum((row.revenue for row in rows), Decimal(0)))


def _share(row: CreditRow, whole: Credited, by_revenue: bool) -> Decimal | None:
    return share(row.revenue, whole.revenue) if by_revenue else share(row.conversions, whole.conversions)
