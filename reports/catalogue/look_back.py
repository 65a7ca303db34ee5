"""How the credit of each channel changes with the look-back; worked out from touches, not stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Workspace
from attribution.core.frames import Ints
from attribution.core.kernel import Paths, Reached
from attribution.core.rules import RULES
from attribution.storage import load_labels
from common.errors import Refusal
from common.money import from_micros
from common.periods import Period
from reports.catalogue import attribution
from reports.catalogue.finding import language
from reports.catalogue.params import Params
from reports.catalogue.sealed import describe_gone
from reports.converting import Converting, count_converting, load_converting
from reports.core.lookbacks import Looked, flag, look_back, number_marks
from reports.core.ratios import conversions_of, share
from reports.core.words import count, money, percent
from reports.report import Credited, Finding
from tracking.storage import IngestionState, ingestion_state

LOOKBACKS = (1, 7, 14, 30, 60, 90)
# What a page can work out while somebody waits for it.
MOST_AT_ONCE = 50_000
DIRECT = "Direct"
SHORT = 7

FOUND = gettext_noop("|A look-back of {short} days finds a touch for {some} of conversions|, {long} days for {most}.")
SAME = gettext_noop("|A look-back of {short} days finds a touch for {some} of conversions|, {long} days for no more.")
NOBODY = gettext_noop("|No conversion has a touch| in these days.")


@dataclass(frozen=True, slots=True)
class LookBackRow:
    """One channel's credit under each look-back, in the report's order."""

    channel: str
    credits: Sequence[Credited]


@dataclass(frozen=True, slots=True)
class LookBackReport:
    """The same conversions under several look-backs; under each Σ rows + unattributed = total.

    `too_many` is how many conversions the period has, where these are more than can be worked out at once; then
    there are no rows.
    """

    model: str
    model_title: str
    formula: str
    goal_id: int
    goal_name: str
    period: Period
    currency: str
    by_revenue: bool
    lookbacks: Sequence[int]
    # The one that all other reports use.
    stored: int
    half_life_days: float
    rows: Sequence[LookBackRow]
    unattributed: Sequence[Credited]
    total: Credited
    adds_up: bool
    too_many: int | None
    finding: Finding
    ingestion: IngestionState
    notes: Sequence[str]


def build(workspace: Workspace, params: Params, now: datetime) -> LookBackReport:
    """The report as of now. Raises Refusal for a model that is solved from paths of the stored look-back."""
    if params.model not in RULES:
        message = _("Look-backs are compared under one of %(known)s.") % {"known": ", ".join(RULES)}
        raise Refusal("unsupported_model", message, field="model")
    ingestion = ingestion_state(workspace, now)
    lookbacks = sorted({*LOOKBACKS, params.lookback_days})
    many = count_converting(workspace, goal_id=params.goal.pk, period=params.period)
    looked, channels = _look(workspace, params, lookbacks) if many <= MOST_AT_ONCE else ([], {})
    rows = _rows(looked, channels, lookbacks.index(params.lookback_days))
    unattributed = [Credited(Decimal(one.unattributed), from_micros(one.unattributed_value)) for one in looked]
    first = looked[0] if looked else None
    total = Credited(Decimal(first.conversions if first else 0), from_micros(first.value_total if first else 0))
    model = RULES[params.model]
    by_revenue = total.revenue > 0
    return LookBackReport(
        model=params.model,
        model_title=_(model.title),
        formula=model.formula_text(params.half_life_days),
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        period=params.period,
        currency=workspace.currency,
        by_revenue=by_revenue,
        lookbacks=lookbacks,
        stored=params.lookback_days,
        half_life_days=params.half_life_days,
        rows=rows,
        unattributed=unattributed,
        total=total,
        adds_up=_adds_up(rows, unattributed, total),
        too_many=many if many > MOST_AT_ONCE else None,
        finding=_find(looked, rows, lookbacks, params.lookback_days, workspace.currency, by_revenue=by_revenue),
        ingestion=ingestion,
        notes=[*attribution.describe(workspace, params), *describe_gone(workspace, params.period)],
    )


def _look(workspace: Workspace, params: Params, lookbacks: Sequence[int]) -> tuple[list[Looked], dict[int, str]]:
    loaded = load_converting(workspace, goal_id=params.goal.pk, period=params.period)
    ids, places = number_marks(loaded.mark)
    channels = {mark: channel for mark, channel, _c in load_labels(workspace, ids.tolist())}
    direct = {mark for mark, channel in channels.items() if channel == DIRECT}
    looked = look_back(
        _paths(loaded, ids, places, direct),
        Reached(loaded.person, loaded.reached_at, loaded.value, loaded.has_value),
        ids,
        rule=params.model,
        lookbacks=lookbacks,
        half_life_days=params.half_life_days,
    )
    return looked, channels


def _paths(loaded: Converting, ids: Ints, places: Ints, direct: set[int]) -> Paths:
    return Paths(loaded.first, loaded.at, places, flag(ids, direct), loaded.lead, loaded.opportunity)


def _rows(looked: Sequence[Looked], channels: Mapping[int, str], stored: int) -> list[LookBackRow]:
    sums = [_by_channel(one, channels) for one in looked]
    names = {name for found in sums for name in found}
    nothing = (0, 0)
    rows = [
        LookBackRow(
            name,
            [
                Credited(conversions_of(credit), from_micros(value))
                for credit, value in (found.get(name, nothing) for found in sums)
            ],
        )
        for name in names
    ]
    return sorted(rows, key=lambda row: (-row.credits[stored].revenue, -row.credits[stored].conversions, row.channel))


def _by_channel(looked: Looked, channels: Mapping[int, str]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for mark, credit, value in zip(looked.marks.tolist(), looked.credit.tolist(), looked.value.tolist(), strict=True):
        so_far = found.get(channels[mark], (0, 0))
        found[channels[mark]] = (so_far[0] + credit, so_far[1] + value)
    return found


def _adds_up(rows: Sequence[LookBackRow], unattributed: Sequence[Credited], total: Credited) -> bool:
    for place, nobody in enumerate(unattributed):
        parts = [*(row.credits[place] for row in rows), nobody]
        if sum((part.conversions for part in parts), Decimal(0)) != total.conversions:
            return False
        if sum((part.revenue for part in parts), Decimal(0)) != total.revenue:
            return False
    return True


def _find(
    looked: Sequence[Looked],
    rows: Sequence[LookBackRow],
    lookbacks: Sequence[int],
    stored: int,
    currency: str,
    *,
    by_revenue: bool,
) -> Finding:
    if not looked or not rows:
        before, stress, after = _(NOBODY).split("|", 2)
        return Finding(before, stress, after, "")
    short, longest = lookbacks.index(SHORT), len(lookbacks) - 1
    some, most = (_found_share(looked[place]) for place in (short, longest))
    pattern = SAME if percent(some, language()) == percent(most, language()) else FOUND
    shown = {
        "short": count(lookbacks[short], language()),
        "long": count(lookbacks[longest], language()),
        "some": percent(some, language()),
        "most": percent(most, language()),
    }
    before, stress, after = (text.format(**shown) for text in _(pattern).split("|", 2))
    return Finding(before, stress, after, " ".join(_say_movers(rows, lookbacks, short, currency, by_revenue)))


def _found_share(looked: Looked) -> Decimal:
    return share(Decimal(looked.conversions - looked.unattributed), Decimal(looked.conversions)) or Decimal(0)


def _say_movers(
    rows: Sequence[LookBackRow], lookbacks: Sequence[int], short: int, currency: str, by_revenue: bool
) -> list[str]:
    """Who gains and who loses most between a short look-back and the longest one."""

    def moved(row: LookBackRow) -> Decimal:
        return _measure(row.credits[-1], by_revenue) - _measure(row.credits[short], by_revenue)

    def write(credited: Credited) -> str:
        return money(credited.revenue, currency, language()) if by_revenue else count(credited.conversions, language())

    days = {"short": count(lookbacks[short], language()), "long": count(lookbacks[-1], language())}
    said = []
    gains, loses = max(rows, key=moved), min(rows, key=moved)
    if moved(gains) > 0:
        sentence = _("{channel} gains most from looking further back: {from_} under {short} days, {to} under {long}.")
        said.append(
            sentence.format(
                channel=gains.channel, from_=write(gains.credits[short]), to=write(gains.credits[-1]), **days
            )
        )
    if moved(loses) < 0:
        sentence = _("{channel} loses most: {from_} and {to}.")
        said.append(
            sentence.format(channel=loses.channel, from_=write(loses.credits[short]), to=write(loses.credits[-1]))
        )
    return said


def _measure(credited: Credited, by_revenue: bool) -> Decimal:
    return credited.revenue if by_revenue else credited.conversions
