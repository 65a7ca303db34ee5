"""All workspaces of an agency beside each other: what each earned, what that cost, and whether its data arrive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from accounts.tenancy import in_each_scope
from campaigns.core.matching import sum_costs
from common.money import find_rate, from_micros
from common.periods import Period, day_of
from reports.core.ratios import change
from reports.core.returns import work_out_returns
from reports.report import Figure, Finding
from reports.storage import Day
from reports.storage_agency import AtAGlance, load_at_a_glance
from tracking.core.channels import parse_channel_rules

DAYS = 30
RULE = "linear"
# Whoever sends something every few minutes is missed after a day, the others after a week.
SILENT_AFTER, SELDOM_SILENT_AFTER = timedelta(days=1), timedelta(days=7)
SELDOM = 50
# What waits no longer than that is on its way, not in arrears.
PATIENCE = timedelta(minutes=2)
FEW_DAYS = 7
# How long the first data may take until it is worth a word that a report waits for them.
FIRST_FILL = timedelta(hours=1)


class State(StrEnum):
    """How a workspace's data are, the worst first."""

    SILENT = "silent"
    HELD_BACK = "held_back"
    NO_EVENTS = "no_events"
    FILLING = "filling"
    STARTED = "started"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Health:
    """A state, since when (silent, started), and why (held back)."""

    state: State
    since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SparkDay:
    """One day's revenue (conversions, where the goal has no value)."""

    day: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """How a workspace's data are and how its revenue and conversions moved: what says who needs care."""

    workspace: Workspace
    revenue: Figure
    conversions: Figure
    health: Health

    @property
    def grew(self) -> bool | None:
        """Whether it earned more than before; None where that cannot be said."""
        figure = self.revenue if self.revenue.value or self.revenue.before else self.conversions
        return None if figure.change is None else figure.change > 0


@dataclass(frozen=True, slots=True)
class WorkspaceRow(Standing):
    """One workspace at a glance, money in its own currency; the last of `days` is not over yet."""

    period: Period
    goal: str | None
    days: list[SparkDay]
    cost: Decimal | None
    # Of the channels that something was paid for; None where nothing was, or its worth is not known.
    roas: float | None
    due_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class AgencyReport:
    """Some of the workspaces, those first that need care, with the sentence above all of them.

    Nothing is added across currencies. `place`: how many stand before these; `in_all`: how many there are.
    """

    rows: list[WorkspaceRow]
    finding: Finding
    place: int
    in_all: int


def build(
    workspaces: Iterable[Workspace], now: datetime, *, after: int | None = None, most: int | None = None
) -> AgencyReport:
    """The report as of now: the last 30 days of each workspace in its own time zone, today included.

    At most `most` of them, those that stand behind the one whose id is `after`.
    """
    every = list(workspaces)
    if most is None or len(every) <= most:
        rows = sorted(in_each_scope(every, lambda workspace: describe(workspace, now)), key=_by_care)
        place = _place_after(rows, after)
        return AgencyReport(rows[place:], find(rows), place, len(rows))
    standings = sorted(in_each_scope(every, lambda workspace: stand(workspace, now)), key=_by_care)
    place = _place_after(standings, after)
    shown = [one.workspace for one in standings[place : place + most]]
    rows = in_each_scope(shown, lambda workspace: describe(workspace, now))
    return AgencyReport(rows, find(standings), place, len(standings))


def _place_after(standings: Sequence[Standing], workspace_id: int | None) -> int:
    return next((n for n, one in enumerate(standings, start=1) if one.workspace.pk == workspace_id), 0)


def stand(workspace: Workspace, now: datetime) -> Standing:
    """What says whether a workspace needs care; in its scope."""
    period = _period(workspace, now)
    found = load_at_a_glance(workspace, period, rule=RULE, with_money=False)
    these, others = _split(found.days, period)
    revenue = _figure("money", _revenue(these), _revenue(others))
    conversions = _figure("count", _conversions(these), _conversions(others))
    return Standing(workspace, revenue, conversions, find_health(found, now, has_past=bool(others)))


def _period(workspace: Workspace, now: datetime) -> Period:
    today = day_of(now, ZoneInfo(workspace.timezone))
    return Period(today - timedelta(days=DAYS - 1), today)


def _split(days: Sequence[Day], period: Period) -> tuple[list[Day], list[Day]]:
    return [day for day in days if day.day >= period.start], [day for day in days if day.day < period.start]


def describe(workspace: Workspace, now: datetime) -> WorkspaceRow:
    """One workspace; in its scope."""
    period = _period(workspace, now)
    found = load_at_a_glance(workspace, period, rule=RULE)
    these, others = _split(found.days, period)
    cost, roas = _returns(workspace, period, found)
    return WorkspaceRow(
        workspace=workspace,
        period=period,
        goal=found.goal,
        days=line_up(period, these),
        revenue=_figure("money", _revenue(these), _revenue(others)),
        conversions=_figure("count", _conversions(these), _conversions(others)),
        cost=cost,
        roas=roas,
        health=find_health(found, now, has_past=bool(others)),
        due_at=found.due_at,
        sent_at=found.sent_at,
    )


def line_up(period: Period, days: Sequence[Day]) -> list[SparkDay]:
    """A value for every day of the period: revenue, or conversions where there is no revenue at all."""
    by_revenue = any(day.value for day in days)
    values = {day.day: from_micros(day.value) if by_revenue else Decimal(day.conversions) for day in days}
    return [SparkDay(day, values.get(day, Decimal(0))) for day in period]


def find_health(found: AtAGlance, now: datetime, *, has_past: bool) -> Health:
    """The worst that can be said of how a workspace's data are."""
    if found.last_at is None:
        return Health(State.NO_EVENTS)
    if now - found.last_at > (SELDOM_SILENT_AFTER if found.recent < SELDOM else SILENT_AFTER):
        return Health(State.SILENT, found.last_at)
    is_first_fill = found.first_at is not None and now - found.first_at < FIRST_FILL
    if found.held_back and not is_first_fill:
        return Health(State.HELD_BACK, reason=found.held_back)
    waits = found.waiting_since is not None and now - found.waiting_since > PATIENCE
    # A report is held back until the first data are worked off, which is nothing that anybody could mend.
    if waits or found.days_to_fill > FEW_DAYS or found.held_back:
        return Health(State.FILLING)
    is_new = found.first_at is not None and now - found.first_at < timedelta(days=DAYS)
    return Health(State.STARTED, found.first_at) if is_new and not has_past else Health(State.HEALTHY)


def find(rows: Sequence[Standing]) -> Finding:
    """The sentence above the table: how many grew, and who needs care most."""
    if not rows:
        return Finding("", _("No workspace yet."), "", _("A workspace holds the data of one client."))
    compared = [row.grew for row in rows if row.grew is not None]
    grew = ngettext("%(grew)d of %(all)d client grew.", "%(grew)d of %(all)d clients grew.", len(compared))
    before = grew % {"grew": sum(compared), "all": len(compared)} if compared else ""
    stress, after = _say_worst(rows)
    deck = _("The last %(days)d days of each client, in its own currency and time zone, beside the %(days)d before.")
    return Finding(f"{before} " if before else "", stress, after, deck % {"days": DAYS})


def _say_worst(rows: Sequence[Standing]) -> tuple[str, str]:
    worst = rows[0]
    more = sum(row.health.state == worst.health.state for row in rows) - 1
    name = worst.workspace.name
    if worst.health.state == State.HEALTHY:
        return _("All of them send data."), ""
    values = {"name": name, "more": more}
    return (_say_of_several if more else _say_of_one)(worst.health.state) % values, "."


def _say_of_one(state: State) -> str:
    return {
        State.SILENT: _("%(name)s sends nothing any more"),
        State.HELD_BACK: _("The report of %(name)s is held back"),
        State.NO_EVENTS: _("%(name)s waits for its first event"),
        State.FILLING: _("%(name)s is being filled"),
        State.STARTED: _("%(name)s has only just started"),
    }[state]


def _say_of_several(state: State) -> str:
    return {
        State.SILENT: _("%(name)s and %(more)d more send nothing any more"),
        State.HELD_BACK: _("The reports of %(name)s and %(more)d more are held back"),
        State.NO_EVENTS: _("%(name)s and %(more)d more wait for their first events"),
        State.FILLING: _("%(name)s and %(more)d more are being filled"),
        State.STARTED: _("%(name)s and %(more)d more have only just started"),
    }[state]


def _by_care(row: Standing) -> tuple[int, bool, float, str]:
    """The worst state first, then the largest fall, then by name."""
    moved = row.revenue.change
    return list(State).index(row.health.state), moved is None, moved or 0.0, row.workspace.name.lower()


def _returns(workspace: Workspace, period: Period, found: AtAGlance) -> tuple[Decimal | None, float | None]:
    costs = sum_costs(
        found.paid,
        period,
        group_by="channel",
        currency=workspace.currency,
        find_rate=find_rate,
        rules=parse_channel_rules(workspace.channel_rules),
    )
    if any(cost.days_without_rate for cost in costs.values()):
        return None, None
    paid = {channel: cost.amount for channel, cost in costs.items() if cost.amount}
    cost = from_micros(sum(paid.values()))
    earned = from_micros(sum(int(found.earned.get(channel or "", 0)) for channel in paid))
    return cost, work_out_returns(cost=cost, conversions=Decimal(0), revenue=earned).roas


def _figure(kind: str, value: Decimal, before: Decimal) -> Figure:
    name = _("Revenue") if kind == "money" else _("Conversions")
    return Figure(name, "money" if kind == "money" else "count", value, before, change(value, before))


def _revenue(days: Sequence[Day]) -> Decimal:
    return from_micros(sum(day.value for day in days))


def _conversions(days: Sequence[Day]) -> Decimal:
    return Decimal(sum(day.conversions for day in days))
