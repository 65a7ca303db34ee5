"""Data health: what was looked at, what was found, and what to do about it, each in a sentence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.periods import Period, day_of
from reports.catalogue import health_points as points
from reports.catalogue import health_rows as rows
from reports.catalogue.health_report import LEVELS, HealthReport, Hygiene, ReasonRow, SpendGap
from reports.catalogue.live_words import mend, name_reason
from reports.core.ratios import share
from tracking.storage import ingestion_state

DAYS, SPEND_DAYS = 30, 90
UNASSIGNED, DIRECT = "Unassigned", "Direct"
# A pause over a weekend is usual; what goes on for longer was forgotten.
LEAST_GAP_DAYS = 1
MOST_EXAMPLES = 3


def build(workspace: Workspace, now: datetime) -> HealthReport:
    """The health of the data as of now, over the last 30 days with today."""
    today = day_of(now, ZoneInfo(workspace.timezone))
    period = Period(today - timedelta(days=DAYS - 1), today)
    arrived = ingestion_state(workspace, now)
    last_at = rows.find_last(workspace)
    refused = rows.count_refused(workspace, period)
    accepted = rows.count_accepted(workspace, period)
    hygiene, visits = sum_hygiene(rows.count_visits(workspace, period))
    gaps = find_gaps(rows.load_spent_days(workspace, Period(today - timedelta(days=SPEND_DAYS - 1), today)), today)
    reasons = list_reasons(refused, period)
    found = [
        points.on_silence(last_at, now),
        points.on_waiting(arrived),
        points.on_refused([row for row in reasons if row.reason != "duplicate"]),
        points.on_duplicates(reasons, accepted),
        *points.on_hygiene(hygiene, visits),
        *points.on_conversions(rows.count_doubtful(workspace, period), workspace.currency),
        points.on_gaps(gaps),
        points.on_filling(arrived, rows.load_refills(workspace)),
    ]
    listed = sorted((point for point in found if point), key=lambda point: LEVELS.index(point.level))
    return HealthReport(
        points=listed,
        reasons=reasons,
        hygiene=hygiene,
        visits=visits,
        gaps=gaps,
        period=period,
        finding=points.find_health(listed, last_at),
        ingestion=arrived,
        last_at=last_at,
    )


def list_reasons(refused: Mapping[str, Mapping[date, int]], period: Period) -> list[ReasonRow]:
    """One row a reason with something in the period or before, the most frequent first."""
    listed = []
    for reason, by_day in refused.items():
        now = [by_day.get(day, 0) for day in period]
        before = sum(by_day.get(day, 0) for day in period.before)
        listed.append(ReasonRow(reason, name_reason(reason), mend(reason), now, sum(now), before))
    return sorted(listed, key=lambda row: (-row.total, -row.before, row.reason))


def sum_hygiene(visits: Sequence[rows.Visits]) -> tuple[list[Hygiene], int]:
    """Kinds of visits that tell less than they could, and how many visits there are in the period."""
    now = [one for one in visits if one.is_now]
    before = [one for one in visits if not one.is_now]
    whole, whole_before = sum(one.number for one in now), sum(one.number for one in before)
    kinds = [
        ("bare", _("Paid click without tags"), [one for one in now if one.bare], [o for o in before if o.bare]),
        (
            "unassigned",
            _("Unassigned: tags that fit no channel"),
            [one for one in now if one.channel == UNASSIGNED],
            [one for one in before if one.channel == UNASSIGNED],
        ),
        (
            "direct",
            _("Direct: nothing tells where they came from"),
            [one for one in now if one.channel == DIRECT],
            [one for one in before if one.channel == DIRECT],
        ),
    ]
    return [
        Hygiene(
            code,
            name,
            sum(one.number for one in those),
            _share(those, whole),
            _share(those_before, whole_before),
            [] if code == "direct" else _examples(those),
        )
        for code, name, those, those_before in kinds
    ], whole


def _share(those: Sequence[rows.Visits], whole: int) -> Decimal | None:
    return share(Decimal(sum(one.number for one in those)), Decimal(whole))


def _examples(those: Sequence[rows.Visits]) -> list[str]:
    counted: Counter[str] = Counter()
    for one in those:
        counted[f"{one.source} / {one.medium}"] += one.number
    return [name for name, _number in counted.most_common(MOST_EXAMPLES)]


def find_gaps(spent: Mapping[str, Sequence[tuple[date, date]]], today: date) -> list[SpendGap]:
    """Days without spend that lie between days with spend, the longest first; what has merely ended is none."""
    gaps = []
    for name, paid in spent.items():
        covered: date | None = None
        for start, end in sorted(paid):
            if covered is not None and (start - covered).days > LEAST_GAP_DAYS:
                first, last = covered + timedelta(days=1), start - timedelta(days=1)
                gaps.append(SpendGap(name, first, last, (last - first).days + 1))
            covered = end if covered is None else max(covered, end)
    return sorted(gaps, key=lambda gap: (-gap.days, gap.start, gap.spent_on))
