"""The same conversions under every model, side by side: who earns most, how far models disagree, what it cost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from attribution.core.rules import RULES
from attribution.core.solved import SOLVED
from common.money import from_micros
from common.periods import day_of
from reports.catalogue import attribution
from reports.catalogue.comparison_finding import find_compared
from reports.catalogue.comparison_sides import MOST_GROUPS, Sides, load_params_stored, load_sides, models_for
from reports.catalogue.comparison_spread import Spreads, find_drawn, spread_credit
from reports.catalogue.over_time import Beside
from reports.catalogue.params import Params
from reports.catalogue.returns import Costs, describe_costs, load_costs
from reports.catalogue.solved import OTHER, describe_solved
from reports.catalogue.still_filling import find_missing, find_with_before, say_shares
from reports.core.bootstrap import LEAST_DAYS, LEAST_JOURNEYS
from reports.core.ratios import conversions_of
from reports.core.returns import work_out_returns
from reports.core.verdicts import judge
from reports.credit_reports import ComparedModel, ComparedRow, ComparisonReport, Measure
from reports.report import Credited, Finding
from reports.storage import Day, Group, Totals
from reports.stored_credit import StoredCredit
from tracking.storage import ingestion_state

Name = str | None
NOTHING = Credited(Decimal(0), Decimal(0))


def build(workspace: Workspace, params: Params, now: datetime) -> ComparisonReport:
    """The report as of now; `params.model` is the one that is sorted by and has intervals."""
    return build_and_keep(workspace, params, now)[0]


def build_and_keep(workspace: Workspace, params: Params, now: datetime) -> tuple[ComparisonReport, Beside]:
    """The report, and what it has read of its period and of the one before, for a report beside it."""
    # Before the numbers: what comes in meanwhile may be in them, but nothing promised to be in them is missing.
    ingestion = ingestion_state(workspace, now)
    sides = load_sides(workspace, params)
    total = sides.totals[params.model]
    measure: Measure = "revenue" if total.value > 0 else "conversions"
    drawn = find_drawn(params.period, sides, day_of(now, ZoneInfo(workspace.timezone)))
    spreads = spread_credit(params, sides, drawn)
    costs = load_costs(workspace, params, lambda name: name if name is None else sides.fold(name))
    then = replace(params, period=params.period.before)
    stored_before = load_params_stored(workspace, then) if params.model in RULES else None
    before, days_before = _read_before(workspace, then, sides, stored_before)
    days = [*sides.stored.days_of(next(iter(RULES))), *days_before]
    still, still_before = find_with_before(workspace, params.goal.pk, params.period, days, ingestion.as_of)
    whole = Credited(Decimal(total.conversions), from_micros(total.value))
    missing = find_missing(still, whole)
    late = None if missing is None else getattr(missing, measure)
    rows = compare(sides, params.model, measure, costs, spreads, before, late)
    models = [_describe_model(name, sides, params) for name in models_for(params.group_by)]
    report = ComparisonReport(
        model=params.model,
        model_title=next(model.title for model in models if model.name == params.model),
        formula=next(model.formula for model in models if model.name == params.model),
        goal_id=params.goal.pk,
        goal_name=params.goal.name,
        group_by=params.group_by,
        period=params.period,
        lookback_days=params.lookback_days,
        half_life_days=params.half_life_days,
        currency=workspace.currency,
        measure=measure,
        models=models,
        rows=rows,
        unattributed=Credited(Decimal(total.unattributed), from_micros(total.unattributed_value)),
        total=whole,
        total_before=attribution.total_of(days_before),
        unassigned_cost=costs.unassigned,
        days_drawn=drawn.days if drawn else 0,
        days_needed=LEAST_DAYS,
        journeys_needed=LEAST_JOURNEYS,
        finding=Finding("", "", "", ""),
        as_of=ingestion.as_of,
        ingestion=ingestion,
        notes=attribution.describe(workspace, params)
        + [sentence for sentence in [say_shares(still)] if sentence]
        + describe(workspace, params, sides, spreads, costs),
        still_filling=still,
        before_filling=bool(still_before.filling),
    )
    return replace(report, finding=find_compared(report)), (sides.stored, stored_before)


def compare(
    sides: Sides,
    model: str,
    measure: Measure,
    costs: Costs,
    spreads: Spreads,
    before: Mapping[Name, Credited],
    late: Decimal | None,
) -> list[ComparedRow]:
    """One row for each group that earned something under any model, or cost something; by what the chosen one gives.

    `late` is what conversions that are still to come may add in all, in the measure; None where that is not known.
    """
    by_model = {name: {group.name: group for group in groups} for name, groups in sides.groups.items()}
    found = {group.name: group.channel for groups in sides.groups.values() for group in groups}
    found |= {name: None for name in costs.by_group if name is not None and name not in found}
    rows = [
        _make_row(name, channel, by_model, sides, measure, costs, spreads, before.get(name, NOTHING), late)
        for name, channel in found.items()
    ]
    return _mark_close(sorted(rows, key=lambda row: _rank(row, model)), spreads, measure)


def _rank(row: ComparedRow, model: str) -> tuple[Decimal, Decimal, Decimal, bool, str]:
    chosen = row.credits[model]
    return -chosen.revenue, -chosen.conversions, -(row.cost or Decimal(0)), row.group is None, row.group or ""


def _make_row(
    name: Name,
    channel: str | None,
    by_model: Mapping[str, Mapping[Name, Group]],
    sides: Sides,
    measure: Measure,
    costs: Costs,
    spreads: Spreads,
    before: Credited,
    late: Decimal | None,
) -> ComparedRow:
    credits = {model: _credited(groups.get(name)) for model, groups in by_model.items()}
    measured = {model: getattr(credited, measure) for model, credited in credits.items()}
    least, most = min(measured, key=lambda model: measured[model]), max(measured, key=lambda model: measured[model])
    cost, journeys = costs.of(name), sides.reach.get(name, 0)
    # A goal without values brings no money that could be held against a cost.
    judged = cost if measure == "revenue" or cost == 0 else None
    enough = journeys >= LEAST_JOURNEYS
    return ComparedRow(
        group=name,
        channel=channel,
        credits=credits,
        journeys=journeys,
        low=measured[least],
        high=measured[most],
        low_model=least,
        high_model=most,
        before=before,
        cost=cost,
        roi_low=_roi(judged, credits[least]),
        roi_high=_roi(judged, credits[most]),
        verdict=judge(measured[least], measured[most], judged, journeys=journeys, needed=LEAST_JOURNEYS, missing=late),
        revenue_interval=spreads.revenue_of(name) if enough else None,
        conversions_interval=spreads.conversions_of(name) if enough else None,
        gate="" if enough else say_gate(journeys),
    )


def say_gate(journeys: int) -> str:
    """Why a group has no interval and no verdict."""
    return _("Not enough journeys yet (%(have)d of %(need)d)") % {"have": journeys, "need": LEAST_JOURNEYS}


def _mark_close(rows: list[ComparedRow], spreads: Spreads, measure: Measure) -> list[ComparedRow]:
    return [
        row
        if i + 1 == len(rows) or row.gate or rows[i + 1].gate
        else replace(row, too_close_to_next=spreads.is_close(row.group, rows[i + 1].group, measure))
        for i, row in enumerate(rows)
    ]


def _roi(cost: Decimal | None, credited: Credited) -> float | None:
    return work_out_returns(cost=cost, conversions=credited.conversions, revenue=credited.revenue).roi


def _credited(group: Group | None) -> Credited:
    return NOTHING if group is None else Credited(conversions_of(group.credit), from_micros(group.value))


def _describe_model(name: str, sides: Sides, params: Params) -> ComparedModel:
    model = RULES[name] if name in RULES else SOLVED[name]
    totals, whole = sides.totals[name], sides.totals[params.model]
    credit, value = (sum(getattr(group, kind) for group in sides.groups[name]) for kind in ("credit", "value"))
    return ComparedModel(
        name=name,
        title=_(model.title),
        formula=model.formula_text(params.half_life_days),
        credited=Credited(conversions_of(credit), from_micros(value)),
        adds_up=totals == whole and _adds_up(totals, credit, value),
    )


def _adds_up(totals: Totals, credit: int, value: int) -> bool:
    """To the unit: a billionth of a conversion, a millionth of the currency."""
    attributed = conversions_of(credit) == totals.conversions - totals.unattributed
    return attributed and value == totals.value - totals.unattributed_value


def _read_before(
    workspace: Workspace, then: Params, sides: Sides, stored: StoredCredit | None
) -> tuple[dict[Name, Credited], list[Day]]:
    """The chosen model's credit of the period before, in the groups of this one, and that period's days."""
    if stored is None:
        groups, days = attribution.load_params(workspace, then)
    else:
        groups, days = stored.groups_of(then.model), stored.days_of(then.model)
    found: dict[Name, Credited] = {}
    for group in groups:
        name = group.name if group.name is None else sides.fold(group.name)
        now, held = _credited(group), found.get(name, NOTHING)
        found[name] = Credited(now.conversions + held.conversions, now.revenue + held.revenue)
    return found, days


def describe(workspace: Workspace, params: Params, sides: Sides, spreads: Spreads, costs: Costs) -> list[str]:
    """Everything a reader should know about the comparison, in sentences."""
    notes = describe_costs(workspace, costs)
    if params.model not in SOLVED and params.group_by in ("channel", "campaign"):
        notes += describe_solved(replace(params, model="markov_1", group_by="channel"))
    if sides.folded:
        sentence = _("The %(most)d groups that most conversions met stand alone; the rest is %(other)s.")
        notes.append(sentence % {"most": MOST_GROUPS, "other": OTHER})
    if len(models_for(params.group_by)) == len(RULES):
        notes.append(_("Markov and Shapley know channels and campaigns only."))
    return notes + [reason for reason in [_say_why(spreads, sides)] if reason]


def _say_why(spreads: Spreads, sides: Sides) -> str:
    if spreads.why == "too_few_days" and sides.days:
        return ngettext(
            "95%% intervals need at least %(days)d day of conversions.",
            "95%% intervals need at least %(days)d days of conversions.",
            LEAST_DAYS,
        ) % {"days": LEAST_DAYS}
    if spreads.why == "too_many_states":
        return _("This model’s chain is too large for 95% intervals.")
    return ""
