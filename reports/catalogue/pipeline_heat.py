"""Which channel moves people from stage to stage: each entry of a stage is credited like a conversion of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Workspace
from common.money import from_micros
from common.periods import Period
from reports.core.profiles import Profile, name_profile
from reports.core.ratios import conversions_of, share
from reports.stage_credit import NOTHING, GoalCredit, StageCredit, load_goals_credit
from tracking.models import Stage

ROLES = ("lead", "opportunity", "customer")


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Entries of one stage credited to one channel, and which part of all its entries they are."""

    credited: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One channel along the stages; None: entries without a touch to credit."""

    channel: str | None
    cells: list[HeatCell]
    profile: Profile


@dataclass(frozen=True, slots=True)
class HeatReport:
    """One column for each stage; cells of a column and `nobody` add up to `totals` exactly."""

    stages: list[str]
    rows: list[HeatRow]
    nobody: HeatRow
    totals: list[Decimal]


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """What one campaign adds to the pipeline; None: no campaign. A role that no stage has is None."""

    campaign: str | None
    channel: str | None
    by_role: dict[str, Decimal | None]
    value: Decimal


@dataclass(frozen=True, slots=True)
class CampaignsReport:
    """Campaigns by value, then by what they brought; with `nobody` they add up to `total`."""

    roles: list[str]
    rows: list[CampaignRow]
    nobody: CampaignRow
    total: CampaignRow


def load_credit(workspace: Workspace, stages: Sequence[Stage], period: Period, rule: str) -> dict[int, GoalCredit]:
    """What the marks earned of each stage's goal, from stored days."""
    return load_goals_credit(workspace, [stage.goal_id for stage in stages], rule=rule, period=period)


def build_heat(stages: Sequence[Stage], loaded: Mapping[int, GoalCredit]) -> HeatReport:
    """Channels × stages, the channel with the most entries first."""
    columns = [loaded[stage.goal_id] for stage in stages]
    totals = [_total(column).credit for column in columns]
    groups = [column.by_channel() for column in columns]
    channels = {channel for column in groups for channel in column if channel is not None}
    found = {channel: [column.get(channel, NOTHING) for column in groups] for channel in sorted(channels)}
    rows = [_heat_row(channel, cells, totals) for channel, cells in found.items()]
    rows.sort(key=lambda row: -sum(cell.credited for cell in row.cells))
    return HeatReport(
        stages=[stage.name for stage in stages],
        rows=rows,
        nobody=_heat_row(None, [column.unattributed for column in columns], totals),
        totals=[conversions_of(total) for total in totals],
    )


def build_campaigns(workspace: Workspace, stages: Sequence[Stage], period: Period, rule: str) -> CampaignsReport:
    """New leads, opportunities and customers of each campaign alone, from stored days."""
    return sum_campaigns(stages, load_credit(workspace, stages, period, rule))


def sum_campaigns(stages: Sequence[Stage], loaded: Mapping[int, GoalCredit]) -> CampaignsReport:
    """New leads, opportunities and customers of each campaign, and what those customers are worth."""
    goals = {stage.role: stage.goal_id for stage in stages if stage.role in ROLES}
    groups = {goal: loaded[goal].by_campaign() for goal in goals.values()}
    names = {name for column in groups.values() for name in column}
    rows = [
        _campaign_row(goals, name, {goal: column.get(name, NOTHING) for goal, column in groups.items()})
        for name in names
    ]
    rows.sort(key=lambda row: (-row.value, -sum(count or 0 for count in row.by_role.values()), row.campaign or ""))
    return CampaignsReport(
        roles=[role for role in ROLES if role in goals],
        rows=rows,
        nobody=_campaign_row(goals, None, {goal: loaded[goal].unattributed for goal in groups}),
        total=_campaign_row(goals, None, {goal: _total(loaded[goal]) for goal in groups}),
    )


def _heat_row(channel: str | None, found: Sequence[StageCredit], totals: Sequence[int]) -> HeatRow:
    cells = [
        HeatCell(conversions_of(one.credit), share(Decimal(one.credit), Decimal(total)))
        for one, total in zip(found, totals, strict=True)
    ]
    shares = [None if cell.share is None else float(cell.share) for cell in cells]
    return HeatRow(channel, cells, name_profile(shares, float(sum(cell.credited for cell in cells))))


def _campaign_row(goals: Mapping[str, int], name: str | None, found: Mapping[int, StageCredit]) -> CampaignRow:
    channels = {one.channel for one in found.values() if one.credit}
    by_role = {role: conversions_of(found[goals[role]].credit) if role in goals else None for role in ROLES}
    value = found[goals["customer"]].value if "customer" in goals else 0
    return CampaignRow(name, next(iter(channels)) if len(channels) == 1 else None, by_role, from_micros(value))


def _total(column: GoalCredit) -> StageCredit:
    credit, value = sum(one.credit for one in column.marks), sum(one.value for one in column.marks)
    return StageCredit(None, credit + column.unattributed.credit, value + column.unattributed.value)
