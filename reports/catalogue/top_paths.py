"""The paths of channels that most often lead to a conversion, from stored days."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import Workspace
from attribution.core.path_groups import list_marks, read_paths
from attribution.storage import DayPaths, load_day_paths, load_labels
from common.errors import Refusal
from common.money import from_micros
from common.periods import Period
from reports.catalogue import attribution
from reports.catalogue.finding import language
from reports.catalogue.params import Params
from reports.core.paths import PathTotal, Reach, count_reach, rank_paths
from reports.core.ratios import share
from reports.core.words import count, percent
from reports.report import Credited, Finding
from tracking.storage import IngestionState, ingestion_state

COLLAPSE, KEEP = "collapse", "keep"
MOST_STEPS = 20
# A list of ten thousand paths tells nobody anything; the rest stands below as a sum.
MOST_ROWS = 1_000
Path = tuple[str, ...]

ALONE = gettext_noop("|{share} of conversions met one channel only|; the others met several.")
SEVERAL = gettext_noop("|{share} of conversions met more than one channel| on their way.")
NOBODY = gettext_noop("|No conversion has a path| in these days.")


@dataclass(frozen=True, slots=True)
class PathsParams:
    """What is asked: days and goal, whether repeats in a row count as one, and the least number of steps."""

    asked: Params
    repeats: str
    least_steps: int


@dataclass(frozen=True, slots=True)
class PathRow:
    """One path of channels, oldest first; `share` of all conversions, `before` in the period before."""

    path: Path
    credited: Credited
    share: Decimal | None
    before: Credited


@dataclass(frozen=True, slots=True)
class TopPaths:
    """Paths by conversions; Σ rows + others + unattributed = total where every length is shown."""

    params: PathsParams
    goal_id: int
    goal_name: str
    period: Period
    lookback_days: int
    currency: str
    rows: Sequence[PathRow]
    # Different paths, and those of them that are not among the rows: too rare, or too short.
    in_all: int
    others: Credited
    others_count: int
    unattributed: Credited
    total: Credited
    total_before: Credited
    adds_up: bool
    reach: Reach
    finding: Finding
    ingestion: IngestionState
    notes: Sequence[str]


def read_params(asked: Params, query: Mapping[str, str]) -> PathsParams:
    """Read the two filters that only paths have. Raises Refusal naming the parameter."""
    repeats, least = query.get("repeats") or COLLAPSE, query.get("steps") or "1"
    if repeats not in (COLLAPSE, KEEP):
        raise Refusal("unknown_repeats", _("Choose “collapse” or “keep”."), field="repeats")
    if not re.fullmatch(r"[0-9]{1,2}", least) or not 1 <= int(least) <= MOST_STEPS:
        message = _("Choose 1 to %(most)d.") % {"most": MOST_STEPS}
        raise Refusal("invalid_number", message, field="steps")
    return PathsParams(asked, repeats, int(least))


def build(workspace: Workspace, params: PathsParams, now: datetime) -> TopPaths:
    """The report as of now."""
    ingestion = ingestion_state(workspace, now)
    asked = params.asked
    days, days_before = (
        load_day_paths(workspace, goal_id=asked.goal.pk, period=period)
        for period in (asked.period, asked.period.before)
    )
    channels = {mark: channel for mark, channel, _c in load_labels(workspace, list_marks([*days, *days_before]))}
    names = sorted(set(channels.values()))
    places = {mark: names.index(channel) for mark, channel in channels.items()}
    sums = read_paths(days, _of(days, places))
    collapse = params.repeats == COLLAPSE
    ranked = rank_paths(sums, collapse=collapse)
    earlier = {
        found.path: found for found in rank_paths(read_paths(days_before, _of(days_before, places)), collapse=collapse)
    }
    shown = [found for found in ranked if len(found.path) >= params.least_steps][:MOST_ROWS]
    total, unattributed = _total(days), _nobody(days)
    rows = [
        PathRow(
            tuple(names[step] for step in found.path),
            _credited(found),
            share(Decimal(found.conversions), total.conversions),
            _credited(earlier[found.path]) if found.path in earlier else Credited(Decimal(0), Decimal(0)),
        )
        for found in shown
    ]
    others = _left_over(ranked, shown)
    reach = count_reach(sums)
    return TopPaths(
        params=params,
        goal_id=asked.goal.pk,
        goal_name=asked.goal.name,
        period=asked.period,
        lookback_days=asked.lookback_days,
        currency=workspace.currency,
        rows=rows,
        in_all=len(ranked),
        others=others,
        others_count=len(ranked) - len(shown),
        unattributed=unattributed,
        total=total,
        total_before=_total(days_before),
        adds_up=_adds_up([*(row.credited for row in rows), others, unattributed], total),
        reach=reach,
        finding=_find(reach, ranked, names, total),
        ingestion=ingestion,
        notes=attribution.describe(workspace, asked),
    )


def _of(days: Sequence[DayPaths], places: Mapping[int, int]) -> dict[int, int]:
    return {mark: places[mark] for mark in list_marks(days)}


def _credited(found: PathTotal) -> Credited:
    return Credited(Decimal(found.conversions), from_micros(found.value))


def _total(days: Sequence[DayPaths]) -> Credited:
    return Credited(
        Decimal(sum(day.conversions_total for day in days)), from_micros(sum(day.value_total for day in days))
    )


def _nobody(days: Sequence[DayPaths]) -> Credited:
    conversions = sum(day.unattributed_conversions for day in days)
    return Credited(Decimal(conversions), from_micros(sum(day.unattributed_value for day in days)))


def _left_over(ranked: Sequence[PathTotal], shown: Sequence[PathTotal]) -> Credited:
    conversions = sum(found.conversions for found in ranked) - sum(found.conversions for found in shown)
    value = sum(found.value for found in ranked) - sum(found.value for found in shown)
    return Credited(Decimal(conversions), from_micros(value))


def _adds_up(parts: Sequence[Credited], total: Credited) -> bool:
    conversions = sum((part.conversions for part in parts), Decimal(0))
    return conversions == total.conversions and sum((part.revenue for part in parts), Decimal(0)) == total.revenue


def _find(reach: Reach, ranked: Sequence[PathTotal], names: Sequence[str], total: Credited) -> Finding:
    if not ranked:
        before, stress, after = _(NOBODY).split("|", 2)
        return Finding(before, stress, after, "")
    pattern, part = (ALONE, reach.alone) if reach.alone >= reach.several else (SEVERAL, reach.several)
    shown = percent(Decimal(part) / (reach.alone + reach.several), language())
    before, stress, after = (text.format(share=shown) for text in _(pattern).split("|", 2))
    return Finding(before, stress, after, " ".join(_say_evidence(ranked, names, total)))


def _say_evidence(ranked: Sequence[PathTotal], names: Sequence[str], total: Credited) -> list[str]:
    first = ranked[0]
    said = [
        _("The most common path is {path}: {count} of {all} conversions.").format(
            path=" → ".join(names[step] for step in first.path),
            count=count(first.conversions, language()),
            all=count(total.conversions, language()),
        )
    ]
    longer = next((found for found in ranked if len(set(found.path)) > 1), None)
    if longer is not None and longer is not first:
        said.append(
            ngettext(
                "Of those with several channels it is {path}, with {count}.",
                "Of those with several channels it is {path}, with {count}.",
                longer.conversions,
            ).format(path=" → ".join(names[step] for step in longer.path), count=count(longer.conversions, language()))
        )
    return said
