"""When credit was earned: one model's credit by day, week or month for each group, beside the period before."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.path_groups import list_marks
from attribution.core.rules import RULES
from attribution.core.solved import SOLVED
from attribution.storage import load_day_paths
from common.errors import Refusal
from common.money import from_micros
from common.periods import Period, day_of
from reports.catalogue import attribution
from reports.catalogue.comparison_sides import load_params_stored
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import Params
from reports.catalogue.solved import OTHER, count_day, solve_by_day
from reports.catalogue.still_filling import by_day, find_still_filling, narrow, say_shares
from reports.core.ratios import CREDIT_UNITS, conversions_of
from reports.core.slots import INTERVALS, cut, places_of
from reports.credit_reports import Measure, OverTimeReport, Series, Slot
from reports.report import Credited, StillFilling
from reports.storage import Day, DayGroup, load_names
from reports.stored_credit import StoredCredit

MOST_SERIES = 20
USUAL_INTERVAL = "day"
MOST_SLOTS = 750

Name = str | None
Beside = tuple[StoredCredit | None, StoredCredit | None]


@dataclass
class _Sums:
    """Units by slot; what one group, or everything, came to."""

    channel: str | None = None
    credit: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    value: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, place: int, credit: int, value: int) -> None:
        self.credit[place] += credit
        self.value[place] += value

    def at(self, place: int) -> Credited:
        return Credited(conversions_of(self.credit[place]), from_micros(self.value[place]))

    def list(self, slots: int) -> list[Credited]:
        return [self.at(place) for place in range(slots)]

    @property
    def total(self) -> Credited:
        return Credited(conversions_of(sum(self.credit.values())), from_micros(sum(self.value.values())))


def read_interval(query: Mapping[str, str]) -> str:
    """day, week or month; raises Refusal for anything else."""
    interval = query.get("interval") or USUAL_INTERVAL
    if interval not in INTERVALS:
        message = _("Choose one of %(known)s.") % {"known": ", ".join(INTERVALS)}
        raise Refusal("unknown_interval", message, field="interval")
    return interval


def check_adds_up(model: str) -> None:
    """Raise a Refusal for a model whose credit of days does not add up to that of their period."""
    if not knows_days(model):
        message = _("Markov weighs all journeys of a period together, so its credit has no days. Choose another model.")
        raise Refusal("not_by_day", message, field="model")


def knows_days(model: str) -> bool:
    """Whether a model's credit of days adds up to that of their period."""
    return model not in SOLVED or not SOLVED[model].uses_open_paths


def build(
    workspace: Workspace,
    params: Params,
    interval: str,
    now: datetime,
    *,
    as_of: datetime | None = None,
    beside: Beside = (None, None),
) -> OverTimeReport:
    """The report as of now. Groups beyond the MOST_SERIES largest are `(other)`.

    With `as_of`, of a report of the same parameters beside which it is shown, that one's notes are not said again, and
    what it has read of this period and the one before stands in `beside`.
    """
    check_adds_up(params.model)
    slots = cut(params.period, interval)
    if len(slots) > MOST_SLOTS:
        raise Refusal("period_too_long", _("Choose a shorter period, or weeks or months."), field="start")
    notes = [] if as_of else attribution.describe(workspace, params)
    as_of = as_of or find_as_of(workspace, now)
    today = day_of(as_of, ZoneInfo(workspace.timezone))
    groups, days = _load_days(workspace, params, beside[0])
    groups_before, days_before = _load_days(workspace, replace(params, period=params.period.before), beside[1])
    places, shift = places_of(slots), timedelta(days=params.period.days)
    kept = _choose_names(groups, groups_before)
    now_sums, before_sums = _sum_groups(groups, places, kept), _sum_groups(groups_before, places, kept, shift)
    totals, unattributed = _sum_days(days, places)
    still = find_still_filling(workspace, params.goal.pk, params.period, days, as_of)
    here = by_day(days)
    model = RULES[params.model] if params.model in RULES else SOLVED[params.model]
    measure: Measure = "revenue" if totals.total.revenue > 0 else "conversions"
    return OverTimeReport(
        model=model.name,
        model_title=_(model.title),
        formula=model.formula_text(params.half_life_days),
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        group_by=params.group_by,
        interval=interval,
        period=params.period,
        lookback_days=params.lookback_days,
        half_life_days=params.half_life_days,
        currency=workspace.currency,
        measure=measure,
        slots=[_tell_slot(slot, still, here, today) for slot in slots],
        series=_line_up(now_sums, before_sums, len(slots)),
        unattributed=unattributed.list(len(slots)),
        totals=totals.list(len(slots)),
        total=totals.total,
        total_before=_sum_days(days_before, {day - shift: place for day, place in places.items()})[0].total,
        as_of=as_of,
        notes=notes + [sentence for sentence in [say_shares(still)] if sentence],
        complete_share=still.complete_share,
        expected=still.expected,
    )


def _tell_slot(slot: Period, still: StillFilling, here: Mapping[date, Credited], today: date) -> Slot:
    inside = narrow(still, slot, here)
    return Slot(
        slot.start,
        slot.end,
        complete=slot.end < today,
        is_filling=any(one.is_filling for one in inside.days.values()),
        complete_share=inside.complete_share,
        expected=inside.expected,
    )


def _load_days(workspace: Workspace, params: Params, stored: StoredCredit | None) -> tuple[list[DayGroup], list[Day]]:
    if params.model in SOLVED:
        return _solve_days(workspace, params)
    stored = stored or load_params_stored(workspace, params)
    return stored.by_day_of(params.model), stored.days_of(params.model)


def _solve_days(workspace: Workspace, params: Params) -> tuple[list[DayGroup], list[Day]]:
    """Shapley splits each conversion within its journey, so each day can be solved on its own."""
    paths = load_day_paths(workspace, goal_id=params.goal.pk, period=params.period)
    channels, names = load_names(workspace, list_marks(paths), params.group_by)
    return solve_by_day(SOLVED[params.model], paths, names, channels), [count_day(day) for day in paths]


def _choose_names(now: list[DayGroup], before: list[DayGroup]) -> set[Name]:
    """The names that stand alone: those that earned most now, then those that earned most before, ties by name."""
    return set(list(dict.fromkeys([*_rank_names(now), *_rank_names(before)]))[:MOST_SERIES])


def _rank_names(groups: list[DayGroup]) -> list[Name]:
    earned: dict[Name, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for group in groups:
        value, credit = earned[group.name]
        earned[group.name] = value + group.value, credit + group.credit
    return sorted(earned, key=lambda name: (-earned[name][0], -earned[name][1], name is None, name or ""))


def _sum_groups(
    groups: list[DayGroup], places: Mapping[date, int], kept: set[Name], shift: timedelta = timedelta(0)
) -> dict[Name, _Sums]:
    found: dict[Name, _Sums] = {}
    for group in groups:
        name = group.name if group.name in kept else OTHER
        sums = found.setdefault(name, _Sums(group.channel))
        if sums.channel != group.channel:
            sums.channel = None
        sums.add(places[group.day + shift], group.credit, group.value)
    return found


def _sum_days(days: list[Day], places: Mapping[date, int]) -> tuple[_Sums, _Sums]:
    """All conversions, and those no touch could be found for."""
    totals, unattributed = _Sums(), _Sums()
    for day in days:
        totals.add(places[day.day], day.conversions * CREDIT_UNITS, day.value)
        unattributed.add(places[day.day], day.unattributed * CREDIT_UNITS, day.unattributed_value)
    return totals, unattributed


def _line_up(now: Mapping[Name, _Sums], before: Mapping[Name, _Sums], slots: int) -> list[Series]:
    nothing = _Sums()
    series = [
        Series(
            group=name,
            channel=now[name].channel if name in now else before[name].channel,
            slots=now.get(name, nothing).list(slots),
            total=now.get(name, nothing).total,
            before=before.get(name, nothing).total,
            slots_before=before.get(name, nothing).list(slots),
        )
        for name in dict.fromkeys([*now, *before])
    ]
    return sorted(series, key=_rank)


def _rank(series: Series) -> tuple[bool, Decimal, Decimal, bool, str]:
    total = series.total
    return series.group == OTHER, -total.revenue, -total.conversions, series.group is None, series.group or ""
