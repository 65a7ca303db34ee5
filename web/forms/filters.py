"""The filter bar is the address: which days, which comparison, which goal, in plain words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal
from common.periods import Period
from reports.report import Choice, OverviewReport

USUAL_PERIOD = "30d"
COMPARE_BEFORE, COMPARE_NONE = "before", "none"
# What stays in the address when the form of the days is sent.
KEPT = ("model", "goal", "compare")


def _last(days: int) -> Callable[[date], Period]:
    return lambda today: Period(today - timedelta(days=days - 1), today)


def _this_month(today: date) -> Period:
    return Period(today.replace(day=1), today)


def _last_month(today: date) -> Period:
    end = today.replace(day=1) - timedelta(days=1)
    return Period(end.replace(day=1), end)


# All but the last month end today: what arrives now shows up now, and the page says that the day is not over.
PERIODS: dict[str, tuple[object, Callable[[date], Period]]] = {
    "today": (_("Today"), _last(1)),
    "7d": (_("Last 7 days"), _last(7)),
    "30d": (_("Last 30 days"), _last(30)),
    "90d": (_("Last 90 days"), _last(90)),
    "365d": (_("Last 365 days"), _last(365)),
    "month": (_("This month"), _this_month),
    "last_month": (_("Last month"), _last_month),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the menus of the filter bar show, and which entry of each is chosen."""

    period: str | None
    periods: list[Choice]
    compare: str
    compares: list[Choice]
    goal: str
    kept: list[tuple[str, str]]

    @property
    def compared(self) -> bool:
        return self.compare != COMPARE_NONE


def name_days(query: Mapping[str, str], today: date) -> dict[str, str]:
    """The query with the days that a named period stands for; days given by hand win. Raises Refusal."""
    named = dict(query.items())
    if any(value and "\x00" in value for value in named.values()):
        raise Refusal("invalid_address", str(_("The address holds a character that no filter knows.")))
    if named.get("start") or named.get("end"):
        return named
    period = chosen_period(query)
    if period not in PERIODS:
        raise Refusal("unknown_period", str(_("Choose one of the periods in the menu.")), field="period")
    days = PERIODS[period][1](today)
    return {**named, "start": days.start.isoformat(), "end": days.end.isoformat()}


def chosen_period(query: Mapping[str, str]) -> str | None:
    """The name of the period in the address; None where the days are given by hand."""
    if query.get("start") or query.get("end"):
        return None
    return query.get("period") or USUAL_PERIOD


def read_filters(query: Mapping[str, str], report: OverviewReport) -> Filters:
    """The filter bar of a report. Raises Refusal for an unknown comparison."""
    compare = query.get("compare") or COMPARE_BEFORE
    compares = [
        Choice(COMPARE_BEFORE, str(_("The period before")), str(_("As many days, just before these"))),
        Choice(COMPARE_NONE, str(_("No comparison")), str(_("Only these days"))),
    ]
    if compare not in (COMPARE_BEFORE, COMPARE_NONE):
        raise Refusal("unknown_comparison", str(_("Compare with “before” or “none”.")), field="compare")
    return Filters(
        period=chosen_period(query),
        periods=[Choice(name, str(title)) for name, (title, _days) in PERIODS.items()],
        compare=compare,
        compares=compares,
        goal=str(report.attribution.goal_id),
        kept=[(name, query[name]) for name in KEPT if query.get(name)],
    )
