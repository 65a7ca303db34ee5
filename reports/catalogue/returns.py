"""What came back for what was paid: the credit of the attribution report beside the cost of the same groups."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from attribution.core.solved import SOLVED
from campaigns.core.matching import GROUPS_WITH_COST, UNASSIGNED, sum_costs
from campaigns.core.spend import Cost
from campaigns.storage import load_spend
from common.money import find_rate, from_micros
from reports.catalogue import attribution
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import Params
from reports.catalogue.returns_spread import bound_rows, spread_returns
from reports.catalogue.solved import OTHER
from reports.core.ratios import change
from reports.core.returns import Name, Reason, Returns, work_out_returns
from reports.report import AttributionReport, Credited, CreditRow, ReturnsReport, ReturnsRow
from reports.storage import count_sessions
from tracking.core.channels import parse_channel_rules

Fold = Callable[[str | None], str | None]
FORMULAS = {
    "conversion_rate": "conversions / sessions",
    "cpa": "cost / conversions",
    "roi": "(revenue − cost) / cost",
    "roas": "revenue / cost",
}


@dataclass(frozen=True, slots=True)
class Costs:
    """What was paid for each group; `splits` is False where rows of spend cannot say what the grouping asks."""

    by_group: Mapping[str | None, Cost]
    splits: bool

    def of(self, group: str | None) -> Decimal | None:
        """What a group cost; None where that is not known."""
        if not self.splits:
            return None
        if group is UNASSIGNED:
            # Money that names no campaign may have paid for any of them, so it is not the cost of "no campaign".
            return None if UNASSIGNED in self.by_group else Decimal(0)
        return known(self.by_group[group]) if group in self.by_group else Decimal(0)

    @property
    def unassigned(self) -> Decimal | None:
        """What was paid for no group of the grouping."""
        return known(self.by_group[UNASSIGNED]) if UNASSIGNED in self.by_group else Decimal(0)

    @property
    def total(self) -> Decimal | None:
        """Everything that was paid; None where a part of it is not known."""
        parts = [known(cost) for cost in self.by_group.values()]
        whole = [part for part in parts if part is not None]
        return sum(whole, Decimal(0)) if len(whole) == len(parts) else None


def build(workspace: Workspace, params: Params, now: datetime) -> ReturnsReport:
    """The report as of now; its credit is the attribution report's own."""
    as_of = find_as_of(workspace, now)
    groups, days = attribution.load_params(workspace, params)
    credited = attribution.complete(workspace, params, groups, days, as_of=as_of)
    return bound_rows(build_beside(workspace, params, credited), spread_returns(workspace, params, groups, now))


def build_beside(workspace: Workspace, params: Params, credited: AttributionReport) -> ReturnsReport:
    """The cost of the same groups beside credit that was built already."""
    fold = choose_fold(params, credited.rows)
    costs = load_costs(workspace, params, fold)
    sessions: Counter[str | None] = Counter()
    for group, count in count_sessions(workspace, params.period, params.group_by).items():
        sessions[fold(group)] += count
    rows = sort_rows([make_row(row, costs, sessions) for row in add_unearned(credited.rows, costs)])
    return ReturnsReport(
        attribution=credited,
        rows=rows,
        unassigned_cost=costs.unassigned,
        total=_make_total(credited.total, costs, sum(sessions.values())),
        notes=credited.notes + describe_costs(workspace, costs) + describe_undefined(rows),
    )


def choose_fold(params: Params, rows: list[CreditRow]) -> Fold:
    """How groups are taken together: where credit has a row for the rest, whatever has no row of its own is it."""
    named = {row.group for row in rows}
    if params.model not in SOLVED or OTHER not in named:
        return lambda group: group
    return lambda group: group if group is None or group in named else OTHER


def load_costs(workspace: Workspace, params: Params, fold: Fold) -> Costs:
    """What was paid in the period, each day at its own rate, classified by the channel rules of now."""
    by_group = sum_costs(
        load_spend(workspace, params.period),
        params.period,
        group_by=params.group_by,
        currency=workspace.currency,
        find_rate=find_rate,
        rules=parse_channel_rules(workspace.channel_rules),
        fold=fold,
    )
    return Costs(by_group, splits=params.group_by in GROUPS_WITH_COST)


def add_unearned(rows: list[CreditRow], costs: Costs) -> list[CreditRow]:
    """The rows of credit, and one of zero for each group that cost something and earned nothing."""
    earned = {row.group for row in rows}
    missing = [group for group in costs.by_group if group is not UNASSIGNED and group not in earned]
    return rows + [CreditRow(group, Decimal(0), Decimal(0)) for group in missing]


def known(cost: Cost) -> Decimal | None:
    """The amount; None where a day of it has no rate: the rest would look like all there was."""
    return None if cost.days_without_rate else from_micros(cost.amount)


def sort_rows(rows: list[ReturnsRow]) -> list[ReturnsRow]:
    """Most revenue first, then most conversions, then most cost, then by name."""
    return sorted(
        rows, key=lambda row: (-row.revenue, -row.conversions, -(row.cost or 0), row.group is None, row.group or "")
    )


def make_row(row: CreditRow, costs: Costs, sessions: Mapping[str | None, int]) -> ReturnsRow:
    """One row of credit beside its cost."""
    credited, cost = Credited(row.conversions, row.revenue), costs.of(row.group)
    made = put_together(row.group, row.channel, credited, cost, sessions.get(row.group, 0))
    return add_claims(made, costs.by_group.get(row.group)) if costs.splits and row.group is not UNASSIGNED else made


def add_claims(row: ReturnsRow, cost: Cost | None) -> ReturnsRow:
    """The row with what the platforms claim, where all of its spend says so."""
    if cost is None:
        return row
    conversions = conversions_claimed(cost)
    value = from_micros(cost.claimed_value) if _all_claim(cost, cost.rows_claiming_value) else None
    difference = change(value, row.revenue) if value is not None else change(conversions, row.conversions)
    return replace(row, claimed_conversions=conversions, claimed_value=value, claim_difference=difference)


def conversions_claimed(cost: Cost) -> Decimal | None:
    """The conversions that platforms claim; None where a part of the spend does not say."""
    return from_micros(cost.claimed_conversions) if _all_claim(cost, cost.rows_claiming_conversions) else None


def _all_claim(cost: Cost, rows: int) -> bool:
    return rows == cost.rows > 0 and not cost.days_without_rate


def _make_total(total: Credited, costs: Costs, sessions: int) -> ReturnsRow:
    return put_together(None, None, total, costs.total, sessions)


def put_together(
    group: str | None, channel: str | None, credited: Credited, cost: Decimal | None, sessions: int
) -> ReturnsRow:
    """A row with everything that follows from its sums."""
    returns = work_out_returns(cost=cost, conversions=credited.conversions, revenue=credited.revenue, sessions=sessions)
    return ReturnsRow(
        group=group,
        channel=channel,
        conversions=credited.conversions,
        revenue=credited.revenue,
        cost=cost,
        sessions=sessions,
        conversion_rate=returns.conversion_rate,
        cpa=returns.cpa,
        roi=returns.roi,
        roas=returns.roas,
        notes=[say_reason(reason) for reason in reasons_of(returns)],
    )


def undefined_of(row: ReturnsRow) -> Mapping[Name, Reason]:
    """For each figure that a row does not have, why."""
    return {
        **work_out_returns(
            cost=row.cost, conversions=row.conversions, revenue=row.revenue, sessions=row.sessions
        ).undefined
    }


def reasons_of(returns: Returns) -> list[Reason]:
    """Why something is not defined, each reason once."""
    return list(dict.fromkeys(returns.undefined.values()))


def say_reason(reason: Reason) -> str:
    """A reason as a sentence about one row."""
    return {
        "no_sessions": _("There is no conversion rate: no session is known."),
        "no_conversions": _("There is no CPA: no conversion is credited."),
        "no_spend": _("There is no ROI and no ROAS: nothing was spent."),
        "cost_unknown": _("There is no CPA, ROI or ROAS: the cost is not known."),
    }[reason]


def describe_costs(workspace: Workspace, costs: Costs) -> list[str]:
    """Notes about money that stands against no group, or whose worth is not known."""
    notes = []
    if costs.by_group and not costs.splits:
        notes.append(_("What was spent does not say so much; cost is known in total only."))
    elif UNASSIGNED in costs.by_group:
        notes.append(_("A part of the cost names none of these groups; it stands apart as unassigned."))
    count = sum(cost.days_without_rate for cost in costs.by_group.values())
    if count:
        sentence = ngettext(
            "%(count)d day of spend has no exchange rate to %(currency)s; costs that contain it are not known.",
            "%(count)d days of spend have no exchange rate to %(currency)s; costs that contain them are not known.",
            count,
        )
        notes.append(sentence % {"count": count, "currency": workspace.currency})
    return notes


def describe_undefined(rows: list[ReturnsRow]) -> list[str]:
    """How many rows lack a ratio, for each reason there is."""
    counts = Counter(note for row in rows for note in row.notes)
    return [
        ngettext("%(count)d row: %(note)s", "%(count)d rows: %(note)s", count) % {"count": count, "note": note}
        for note, count in sorted(counts.items())
    ]
