"""How long conversions take from the first touch, and over how many touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import Workspace
from attribution.core.frames import Flags, Ints
from common.money import from_micros
from common.periods import Period
from reports.catalogue import attribution
from reports.catalogue.finding import language
from reports.catalogue.params import Params
from reports.catalogue.spans import span
from reports.converting import Took, load_took
from reports.core.ratios import share
from reports.core.timing import LENGTH_BOUNDS, TIME_BOUNDS, Bucket, at_most, median, spread
from reports.core.words import count
from reports.report import Credited, Finding
from tracking.storage import IngestionState, ingestion_state

MICROS_A_SECOND = 1_000_000
NINE_OF_TEN = 0.9

AT_ONCE = gettext_noop("|Half of the conversions come within an hour of the first touch|, nine of ten within {most}.")
LATER = gettext_noop("|Half of the conversions come within {half} of the first touch|, nine of ten within {most}.")
NOBODY = gettext_noop("|No conversion has a touch| in these days.")
HOUR = 3_600


@dataclass(frozen=True, slots=True)
class TimingRow:
    """One bucket: lower and upper end (seconds, or touches; None: no end), and which part of those with a touch."""

    low: int
    high: int | None
    credited: Credited
    share: Decimal | None
    # Of this bucket and all before it.
    up_to_here: Decimal | None
    before: Decimal


@dataclass(frozen=True, slots=True)
class Middle:
    """The median and what nine of ten conversions are not above; None of no conversion."""

    median: float | None
    nine_of_ten: float | None


@dataclass(frozen=True, slots=True)
class TimingReport:
    """Both distributions; Σ rows of each + unattributed = total."""

    goal_id: int
    goal_name: str
    period: Period
    lookback_days: int
    currency: str
    times: Sequence[TimingRow]
    lengths: Sequence[TimingRow]
    # In seconds, and in touches.
    time: Middle
    time_before: Middle
    length: Middle
    length_before: Middle
    unattributed: Credited
    total: Credited
    finding: Finding
    ingestion: IngestionState
    notes: Sequence[str]


def build(workspace: Workspace, params: Params, now: datetime) -> TimingReport:
    """The report as of now, from the touches inside the look-back of each conversion."""
    ingestion = ingestion_state(workspace, now)
    here, earlier = (
        load_took(workspace, goal_id=params.goal.pk, period=period, lookback_days=params.lookback_days)
        for period in (params.period, params.period.before)
    )
    met, met_before = here.touches > 0, earlier.touches > 0
    times = _rows(here.micros[met], here.value[met], earlier.micros[met_before], TIME_BOUNDS, MICROS_A_SECOND)
    lengths = _rows(here.touches[met], here.value[met], earlier.touches[met_before], LENGTH_BOUNDS, 1)
    time, length = _middle(here.micros[met], MICROS_A_SECOND), _middle(here.touches[met], 1)
    length_before = _middle(earlier.touches[met_before], 1)
    return TimingReport(
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        period=params.period,
        lookback_days=params.lookback_days,
        currency=workspace.currency,
        times=times,
        lengths=lengths,
        time=time,
        time_before=_middle(earlier.micros[met_before], MICROS_A_SECOND),
        length=length,
        length_before=length_before,
        unattributed=_sum(here, ~met),
        total=_sum(here, met | ~met),
        finding=_find(time, length, length_before),
        ingestion=ingestion,
        notes=attribution.describe(workspace, params),
    )


def _rows(numbers: Ints, value: Ints, before: Ints, bounds: Sequence[int], unit: int) -> list[TimingRow]:
    earlier = {bucket.low: bucket.conversions for bucket in spread(before, before * 0, bounds)}
    buckets = spread(numbers, value, bounds)
    rows, so_far = [], 0
    for bucket in buckets:
        so_far += bucket.conversions
        rows.append(_row(bucket, so_far, len(numbers), earlier.get(bucket.low, 0), unit))
    return rows


def _row(bucket: Bucket, so_far: int, of_all: int, before: int, unit: int) -> TimingRow:
    return TimingRow(
        low=bucket.low // unit,
        high=None if bucket.high is None else bucket.high // unit,
        credited=Credited(Decimal(bucket.conversions), from_micros(bucket.value)),
        share=share(Decimal(bucket.conversions), Decimal(of_all)),
        up_to_here=share(Decimal(so_far), Decimal(of_all)),
        before=Decimal(before),
    )


def _middle(numbers: Ints, unit: int) -> Middle:
    half, most = median(numbers), at_most(numbers, NINE_OF_TEN)
    return Middle(None if half is None else half / unit, None if most is None else most / unit)


def _sum(took: Took, which: Flags) -> Credited:
    value = took.value[which]
    return Credited(Decimal(len(value)), from_micros(int(value.sum())))


def _find(time: Middle, length: Middle, length_before: Middle) -> Finding:
    if time.median is None or time.nine_of_ten is None or length.median is None or length.nine_of_ten is None:
        before, stress, after = _(NOBODY).split("|", 2)
        return Finding(before, stress, after, "")
    pattern = AT_ONCE if time.median < HOUR else LATER
    shown = {"half": span(time.median), "most": span(time.nine_of_ten)}
    before, stress, after = (text.format(**shown) for text in _(pattern).split("|", 2))
    return Finding(before, stress, after, " ".join(_say_evidence(length, length_before)))


def _say_evidence(length: Middle, before: Middle) -> list[str]:
    half, most = Decimal(repr(length.median)), int(length.nine_of_ten or 0)
    said = [
        ngettext(
            "Half take {half} touch, nine of ten {most} or fewer.",
            "Half take {half} touches or fewer, nine of ten {most} or fewer.",
            int(half) if half == int(half) else 2,
        ).format(half=count(half, language()), most=count(most, language()))
    ]
    if before.median is not None and before.median != length.median:
        said.append(
            _("In the period before it was {half}.").format(half=count(Decimal(repr(before.median)), language()))
        )
    return said
