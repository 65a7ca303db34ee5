"""How far each return could have come out otherwise: the interval of the credit against the cost, which is known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from campaigns.core.matching import GROUPS_WITH_COST
from common.periods import day_of
from reports.catalogue.comparison_sides import sides_of_one
from reports.catalogue.comparison_spread import Spreads, find_drawn, spread_credit
from reports.catalogue.params import Params
from reports.core.bootstrap import LEAST_JOURNEYS
from reports.core.returns import bound_roi
from reports.report import ReturnsReport, ReturnsRow
from reports.storage import Group

Name = str | None


@dataclass(frozen=True)
class ReturnSpreads:
    """Spreads of what groups earned, and how many journeys met each."""

    spreads: Spreads
    reach: Mapping[Name, int]

    def bound(self, row: ReturnsRow) -> ReturnsRow:
        """The row with its interval; without one where it cost nothing or lies under the evidence gate."""
        if not row.cost or self.reach.get(row.group, 0) < LEAST_JOURNEYS:
            return row
        interval = self.spreads.revenue_of(row.group)
        if interval is None:
            return row
        low, high = bound_roi(interval, row.cost)
        return replace(row, revenue_interval=interval, roi_low=low, roi_high=high)

    def is_close(self, one: ReturnsRow, other: ReturnsRow) -> bool | None:
        """Whether nobody can tell which of two returned more of each unit spent; None where that cannot be said."""
        if one.roi_low is None or other.roi_low is None or not one.cost or not other.cost:
            return None
        return self.spreads.is_close_for(one.group, other.group, costs=(one.cost, other.cost))


def spread_returns(workspace: Workspace, params: Params, groups: list[Group], now: datetime) -> ReturnSpreads:
    """The spreads of groups whose credit is loaded already; in the workspace's scope."""
    if params.group_by not in GROUPS_WITH_COST:
        return ReturnSpreads(Spreads([]), {})
    sides = sides_of_one(workspace, params, groups)
    drawn = find_drawn(params.period, sides, day_of(now, ZoneInfo(workspace.timezone)))
    return ReturnSpreads(spread_credit(params, sides, drawn), sides.reach)


def bound_rows(report: ReturnsReport, spreads: ReturnSpreads) -> ReturnsReport:
    """The report with the intervals of its rows."""
    return replace(report, rows=[spreads.bound(row) for row in report.rows])
