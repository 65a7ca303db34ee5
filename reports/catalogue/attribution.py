"""Which channel earned the money: credit of one goal over a period, by one grouping."""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from attribution.core.rules import RULES
from attribution.core.solved import SOLVED
from common.money import from_micros
from common.periods import Period, bounds
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import Params
from reports.catalogue.sealed import describe_sealed
from reports.catalogue.solved import describe_solved, load_solved
from reports.catalogue.still_filling import find_still_filling, tell
from reports.core.ratios import conversions_of
from reports.report import AttributionReport, Credited, CreditRow
from reports.storage import Day, Group, load_credit
from tracking.models import ChangedDay, Conversion


def build(workspace: Workspace, params: Params, now: datetime) -> AttributionReport:
    """The report as of now. While days are filled again, what is stored is shown, with a note."""
    # Before the numbers: what comes in meanwhile may be in them, but nothing promised to be in them is missing.
    as_of = find_as_of(workspace, now)
    groups, days = load_params(workspace, params)
    return complete(workspace, params, groups, days, as_of=as_of)


def complete(
    workspace: Workspace, params: Params, groups: list[Group], days: list[Day], *, as_of: datetime
) -> AttributionReport:
    """The report of loaded credit, with how much of it is here and everything a reader should know."""
    report = assemble(workspace, params, groups, days, as_of=as_of, notes=describe(workspace, params))
    still = find_still_filling(workspace, params.goal.pk, params.period, days, as_of)
    return replace(report, still_filling=still, notes=report.notes + tell(still, report.total, report.currency))


def load_params(workspace: Workspace, params: Params) -> tuple[list[Group], list[Day]]:
    """What is stored for these parameters, or solved from what is stored."""
    if params.model in SOLVED:
        return load_solved(workspace, params)
    return load_credit(
        workspace,
        goal_id=params.goal.pk,
        rule=params.model,
        period=params.period,
        group_by=params.group_by,
    )


def describe(workspace: Workspace, params: Params, filling: Set[date] | None = None) -> list[str]:
    """Everything a reader should know about these numbers, in sentences; `filling` as in describe_filling."""
    days = describe_filling(workspace, params.period, filling) + describe_sealed(workspace, params.period)
    notes = days + describe_conversions(workspace, params)
    return notes + describe_solved(params) if params.model in SOLVED else notes


def assemble(
    workspace: Workspace,
    params: Params,
    groups: list[Group],
    days: list[Day],
    *,
    as_of: datetime,
    notes: list[str],
) -> AttributionReport:
    """Put loaded credit into the shape every way out shows; Σ rows + unattributed = total."""
    model = RULES[params.model] if params.model in RULES else SOLVED[params.model]
    return AttributionReport(
        model=model.name,
        model_title=_(model.title),
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        group_by=params.group_by,
        period=params.period,
        lookback_days=params.lookback_days,
        half_life_days=params.half_life_days,
        currency=workspace.currency,
        rows=sort_rows([make_row(group) for group in groups]),
        unattributed=Credited(
            conversions=Decimal(sum(day.unattributed for day in days)),
            revenue=from_micros(sum(day.unattributed_value for day in days)),
        ),
        total=total_of(days),
        formula=model.formula_text(params.half_life_days),
        as_of=as_of,
        notes=notes,
    )


def make_row(group: Group) -> CreditRow:
    """One stored sum in conversions and money."""
    return CreditRow(group.name, conversions_of(group.credit), from_micros(group.value), group.channel)


def sort_rows(rows: list[CreditRow]) -> list[CreditRow]:
    """Most revenue first, then most conversions, then by name; what has no name comes last among equals."""
    return sorted(rows, key=lambda row: (-row.revenue, -row.conversions, row.group is None, row.group or ""))


def total_of(days: list[Day]) -> Credited:
    """All conversions of the days, credited or not."""
    conversions, value = sum(day.conversions for day in days), sum(day.value for day in days)
    return Credited(Decimal(conversions), from_micros(value))


def find_filling_days(workspace: Workspace, period: Period) -> set[date]:
    """The days of the period whose stored figures no longer hold."""
    changed = ChangedDay.objects.of(workspace).filter(day__range=(period.start, period.end))
    return set(changed.values_list("day", flat=True).distinct())


def describe_filling(workspace: Workspace, period: Period, filling: Set[date] | None = None) -> list[str]:
    """A note where days of the period are still to be worked out again; `filling`, where they are known already."""
    count = len(find_filling_days(workspace, period) if filling is None else filling)
    if not count:
        return []
    sentence = ngettext(
        "%(count)d of %(days)d days is being filled again; its numbers may still change.",
        "%(count)d of %(days)d days are being filled again; their numbers may still change.",
        count,
    )
    return [sentence % {"count": count, "days": period.days}]


def describe_conversions(workspace: Workspace, params: Params) -> list[str]:
    """Notes about conversions whose value or person is doubtful."""
    start, end = bounds(params.period, ZoneInfo(workspace.timezone))
    reached = Conversion.objects.of(workspace).filter(goal_id=params.goal.pk, at__gte=start, at__lt=end)
    counts = dict(reached.exclude(note="").values_list("note").annotate(Count("id")).order_by())
    found = {code: _count_of(counts, code) for code in SAYINGS}
    return [SAYINGS[code](count, workspace) for code, count in found.items() if count]


def _count_of(counts: Mapping[str, int], code: str) -> int:
    # A conversion may carry several codes, joined by commas.
    return sum(count for codes, count in counts.items() if code in codes.split(","))


def _say_no_rate(count: int, workspace: Workspace) -> str:
    return ngettext(
        "%(count)d conversion has no value: no exchange rate to %(currency)s is known for its day.",
        "%(count)d conversions have no value: no exchange rate to %(currency)s is known for their days.",
        count,
    ) % {"count": count, "currency": workspace.currency}


def _say_too_large(count: int, workspace: Workspace) -> str:
    return ngettext(
        "%(count)d conversion has no value: its amount is too large to be an order.",
        "%(count)d conversions have no value: their amounts are too large to be orders.",
        count,
    ) % {"count": count}


def _say_shared_device(count: int, workspace: Workspace) -> str:
    return ngettext(
        "%(count)d conversion is unattributed because its device belongs to someone else.",
        "%(count)d conversions are unattributed because their devices belong to someone else.",
        count,
    ) % {"count": count}


SAYINGS = {"no_rate": _say_no_rate, "too_large": _say_too_large, "shared_device": _say_shared_device}
