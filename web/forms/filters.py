"""The filter bar is the address: which days, which comparison, which goal, in plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal
from common.periods import Period
from reports.catalogue.params import USUAL_MODEL
from reports.report import Choice, OverviewReport

USUAL_PERIOD = "30d"
COMPARE_BEFORE, COMPARE_NONE = "before", "none"
# What the form of the days must not send along: the days it replaces, and what names a part of a page.
LEFT_OUT = {"period", "start", "end", "export", "cursor"}


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
class Menu:
    """One filter: the parameter it sets, its entries, which is chosen, and which one needs no parameter.

    `label` stands before the chosen entry's title; `shown` replaces that title where it says more.
    """

    name: str
    label: str
    choices: Sequence[Choice]
    chosen: str
    usual: str = ""
    shown: str = ""

    @property
    def title(self) -> str:
        """What the closed menu says."""
        if self.shown:
            return self.shown
        return next((choice.title for choice in self.choices if choice.value == self.chosen), self.chosen)

    @property
    def changed(self) -> bool:
        """Whether it is not at its usual entry."""
        return bool(self.usual) and self.chosen != self.usual


@dataclass(frozen=True, slots=True)
class Filters:
    """The filter bar: the days, then the menus in their order."""

    days: Period
    period: str | None
    periods: list[Choice]
    kept: list[tuple[str, str]]
    compare: str = COMPARE_BEFORE
    menus: list[Menu] = field(default_factory=list)

    @property
    def compared(self) -> bool:
        return self.compare != COMPARE_NONE

    @property
    def extra(self) -> int:
        """How many menus a phone keeps behind a button: all but the model's, where there are several."""
        others = [menu for menu in self.menus if menu.name != "model"]
        return len(others) if len(others) > 1 and len(others) < len(self.menus) else 0


def name_days(query: Mapping[str, str], today: date, *, usual: str = USUAL_PERIOD) -> dict[str, str]:
    """The query with the days that a named period stands for; days given by hand win. Raises Refusal."""
    named = dict(query.items())
    if any(value and "\x00" in value for value in named.values()):
        raise Refusal("invalid_address", str(_("The address holds a character that no filter knows.")))
    if named.get("start") or named.get("end"):
        return named
    period = chosen_period(query, usual=usual)
    if period not in PERIODS:
        raise Refusal("unknown_period", str(_("Choose one of the periods in the menu.")), field="period")
    days = PERIODS[period][1](today)
    return {**named, "start": days.start.isoformat(), "end": days.end.isoformat()}


def chosen_period(query: Mapping[str, str], *, usual: str = USUAL_PERIOD) -> str | None:
    """The name of the period in the address; None where the days are given by hand."""
    if query.get("start") or query.get("end"):
        return None
    return query.get("period") or usual


def read_bar(
    query: Mapping[str, str], days: Period, menus: Sequence[Menu] = (), *, usual: str = USUAL_PERIOD
) -> Filters:
    """A filter bar over these days with these menus. Raises Refusal for an unknown comparison."""
    return Filters(
        days=days,
        period=chosen_period(query, usual=usual),
        periods=[Choice(name, str(title)) for name, (title, _days) in PERIODS.items()],
        kept=[(name, value) for name, value in query.items() if value and name not in LEFT_OUT],
        compare=read_compare(query),
        menus=list(menus),
    )


def read_compare(query: Mapping[str, str]) -> str:
    """What the address compares with. Raises Refusal for anything unknown."""
    compare = query.get("compare") or COMPARE_BEFORE
    if compare not in (COMPARE_BEFORE, COMPARE_NONE):
        raise Refusal("unknown_comparison", str(_("Compare with “before” or “none”.")), field="compare")
    return compare


def compare_menu(query: Mapping[str, str], before: str) -> Menu:
    """With the period before, which reads `before`, or with nothing."""
    compare = read_compare(query)
    choices = [
        Choice(COMPARE_BEFORE, str(_("The period before")), str(_("As many days, just before these"))),
        Choice(COMPARE_NONE, str(_("No comparison")), str(_("Only these days"))),
    ]
    if compare == COMPARE_NONE:
        return Menu("compare", "", choices, compare, COMPARE_BEFORE)
    return Menu("compare", str(_("vs")), choices, compare, COMPARE_BEFORE, shown=before)


def goal_menu(goals: Sequence[Choice], chosen: str) -> Menu:
    """Which goal's conversions are credited; the first one is the usual one."""
    return Menu("goal", str(_("Goal")), goals, chosen, goals[0].value if goals else chosen)


def model_menu(models: Sequence[Choice], chosen: str, usual: str) -> Menu:
    """By which model they are credited."""
    return Menu("model", str(_("Model")), models, chosen, usual)


def read_filters(query: Mapping[str, str], report: OverviewReport, *, before: str = "") -> Filters:
    """The filter bar of the overview; `before` is the period before in words. Raises Refusal."""
    menus = [
        compare_menu(query, before),
        goal_menu(report.goals, str(report.attribution.goal_id)),
        model_menu(report.models, report.attribution.model, USUAL_MODEL),
    ]
    return read_bar(query, report.attribution.period, menus)
