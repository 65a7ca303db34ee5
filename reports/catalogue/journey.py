"""One person's way to one conversion: every touch, and what each model gives it, equal to the stored credit.

Credit is worked out on the spot by the rules' plain definitions over one journey; the laws hold them equal to the
kernel that fills the stored days.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.journeys import NEVER, Journey, Touch, anchor_of
from attribution.core.rules import RULES
from attribution.core.solved import MODELS, SOLVED
from attribution.storage import terms_of
from common.errors import Refusal
from common.money import from_micros
from reports.catalogue import journey_rows as rows
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.journey_finding import describe_doubts, find_journey, find_visitor
from reports.catalogue.journey_report import (
    JourneyConversion,
    JourneyModel,
    JourneyReport,
    JourneyTouch,
    Known,
    Moment,
    Share,
)
from reports.catalogue.journey_shares import DIRECT, SHARING, Terms, micros_of, share_path
from reports.catalogue.journey_touches import find_returns, fold, lay_out, write_day
from reports.catalogue.journey_words import Case, Told, tell, tell_solved
from reports.catalogue.params import MAX_ID, USUAL_MODEL
from tracking.core.identity import ANONYMOUS, USER

MOST_OF_VISITOR = 60
AGES = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Params:
    """Whose journey to which conversion (None: their latest), and the model that is looked at."""

    alias: str
    conversion_id: int | None
    model: str
    # Of which name space the id is; None: a userId before an anonymousId.
    namespace: str | None = None


def parse_params(alias: str, query: Mapping[str, str]) -> Params:
    """Read an address. Raises Refusal naming the parameter."""
    conversion, model = query.get("conversion") or "", query.get("model") or USUAL_MODEL
    if model not in MODELS:
        message = _("This model is not known. Known: %(known)s.") % {"known": ", ".join(MODELS)}
        raise Refusal("unknown_model", message, field="model")
    if conversion and not (re.fullmatch(r"[0-9]{1,19}", conversion, re.ASCII) and int(conversion) <= MAX_ID):
        raise Refusal("unknown_conversion", _("Take the conversion from the menu."), field="conversion")
    namespace = query.get("id") or None
    if namespace not in (None, USER, ANONYMOUS):
        raise Refusal("unknown_kind_of_id", _("An id is “user” or “anonymous”."), field="id")
    return Params(alias, int(conversion) if conversion else None, model, namespace)


def build(workspace: Workspace, params: Params, now: datetime) -> JourneyReport | None:
    """The journey as of now; None if nobody has this id. Raises Refusal where the conversion is not this person's."""
    as_of = find_as_of(workspace, now)
    people = rows.find_people(workspace, params.alias)
    person = people.get(params.namespace) if params.namespace else people.get(USER, people.get(ANONYMOUS))
    if person is None:
        return None
    reached = rows.load_conversions(workspace, person, params.conversion_id)
    if params.conversion_id is not None and (not reached or reached[0].id != params.conversion_id):
        raise Refusal("unknown_conversion", _("This person has no such conversion."), field="conversion")
    names, names_in_all = rows.load_names(workspace, person)
    report = _describe_person(workspace, params, names, as_of)
    report = replace(report, names_in_all=names_in_all, namesake=_find_namesake(params, people, person))
    conversions = [_read_conversion(found) for found in reached]
    report = replace(
        report,
        conversions=sorted(conversions, key=lambda found: (found.at, found.id), reverse=True),
        conversions_in_all=reached[0].in_all if reached else 0,
        touches_in_all=rows.count_touches(workspace, person),
    )
    stages = rows.load_stages(workspace, person)
    if not conversions:
        return _describe_visitor(workspace, report, person, stages, now)
    return _describe_conversion(workspace, report, person, stages, conversions[0])


def _describe_person(
    workspace: Workspace, params: Params, names: Sequence[tuple[str, str, datetime | None]], as_of: datetime
) -> JourneyReport:
    """All that does not depend on a conversion, with nothing in the rest."""
    return JourneyReport(
        alias=params.alias,
        names=[Known(namespace, value, at) for namespace, value, at in names],
        names_in_all=len(names),
        conversion=None,
        conversions=[],
        conversions_in_all=0,
        touches=[],
        counted=0,
        touches_in_all=0,
        moments=[],
        models=[],
        model=params.model,
        lookback_days=workspace.lookback_days,
        from_at=None,
        half_life_days=workspace.half_life_days,
        currency=workspace.currency,
        finding=find_visitor(0, 0),
        notes=[],
        as_of=as_of,
    )


def _find_namesake(params: Params, people: Mapping[str, int], person: int) -> str | None:
    """The name space in which the same characters are somebody else's id."""
    return next((namespace for namespace, other in people.items() if other != person), None)


def _describe_visitor(
    workspace: Workspace,
    report: JourneyReport,
    person: int,
    stages: Sequence[tuple[datetime, str, str]],
    now: datetime,
) -> JourneyReport:
    """Somebody who has reached no goal: their latest touches, of which nobody knows yet what they earn."""
    keys = rows.find_outside(workspace, person, now + AGES, now + AGES, most=MOST_OF_VISITOR)
    details = rows.load_details(workspace, person, keys)
    touches = lay_out(details, counted={}, shares={}, folded=None, reason_of=lambda detail: "")
    return replace(
        report,
        touches=[replace(touch, number=None) for touch in touches],
        moments=[Moment(at, "stage", name) for at, name, _role in stages],
        finding=find_visitor(report.touches_in_all, len(stages)),
    )


def _describe_conversion(
    workspace: Workspace,
    report: JourneyReport,
    person: int,
    stages: Sequence[tuple[datetime, str, str]],
    conversion: JourneyConversion,
) -> JourneyReport:
    agreed = terms_of(workspace)
    terms = Terms(
        agreed.lookback_of(conversion.goal_id), agreed.half_life, _first(stages, "lead"), _first(stages, "opportunity")
    )
    start = conversion.at - timedelta(microseconds=terms.lookback)
    path = rows.load_path(workspace, person, start, conversion.at)
    shared = {model: share_path(path, model, conversion, terms) for model in SHARING}
    outside = rows.find_outside(workspace, person, start, conversion.at)
    lookback_days = agreed.goal_lookback_days.get(conversion.goal_id, agreed.lookback_days)
    hits = rows.load_hits(workspace, [(n.namespace, n.value, None) for n in report.names], start, conversion.at)
    touches = lay_out_journey(workspace, person, conversion, path, shared, outside, hits, lookback_days)
    moments = _find_moments(workspace, report, conversion, stages)
    report = replace(
        report,
        conversion=conversion,
        touches=touches,
        counted=len(path),
        moments=moments,
        lookback_days=lookback_days,
        from_at=start,
        models=_describe_models(workspace, path, shared, conversion, terms, lookback_days),
    )
    return replace(report, finding=find_journey(report), notes=describe_doubts(report))


def lay_out_journey(
    workspace: Workspace,
    person: int,
    conversion: JourneyConversion,
    path: Sequence[rows.Step],
    shared: Mapping[str, Sequence[Share]],
    outside: Sequence[tuple[datetime, int]],
    hits: Sequence[rows.Hit],
    lookback_days: float,
) -> list[JourneyTouch]:
    """Every row of the table in its place: what counts, what does not and why, and what was no touch at all."""
    shown, folded = fold(path, shared)
    keys = sorted([(step.at, step.tie) for step in shown] + list(outside))
    details = rows.load_details(workspace, person, keys)
    numbers = {(step.at, step.tie): number for number, step in enumerate(path)}

    def reason_of(detail: rows.Detail) -> str:
        if detail.at > conversion.at:
            return _("After the conversion: it cannot have led to it.")
        return _("Too old: the look-back of this goal is %(days)s days.") % {"days": f"{lookback_days:g}"}

    shares = {key: {model: parts[place] for model, parts in shared.items()} for key, place in numbers.items()}
    touches = lay_out(details, counted=numbers, shares=shares, folded=folded, reason_of=reason_of)
    returns = find_returns(workspace, hits, {step.at for step in path})
    return sorted([*touches, *returns], key=lambda touch: touch.at)


def _first(stages: Sequence[tuple[datetime, str, str]], role: str) -> int:
    return min((micros_of(at) for at, _name, found in stages if found == role), default=NEVER)


def _read_conversion(found: rows.Reached) -> JourneyConversion:
    return JourneyConversion(
        id=found.id,
        at=found.at,
        goal_id=found.goal_id,
        goal=found.goal,
        value=_money(found.value_micros),
        amount=_money(found.amount_micros),
        refunded=from_micros(found.refunded_micros),
        currency=found.currency,
        order_id=found.order_id,
        message_id=found.message_id,
        note=found.note,
    )


def _money(micros: int | None) -> Decimal | None:
    return None if micros is None else from_micros(micros)


def _find_moments(
    workspace: Workspace,
    report: JourneyReport,
    conversion: JourneyConversion,
    stages: Sequence[tuple[datetime, str, str]],
) -> list[Moment]:
    moments = [Moment(at, "stage", name) for at, name, _role in stages]
    # A stage is a goal too, but told once.
    entered = {(moment.at, moment.title) for moment in moments}
    moments += [
        Moment(other.at, "conversion", other.goal, other.value, report.currency, other.id)
        for other in report.conversions
        if other.id != conversion.id and (other.at, other.goal) not in entered
    ]
    for at, order_id, micros, currency, _goal in rows.load_refunds(workspace, [conversion.id]):
        moments.append(Moment(at, "refund", order_id, _money(micros), currency))
    return sorted(moments, key=lambda moment: moment.at)


def _describe_models(
    workspace: Workspace,
    path: Sequence[rows.Step],
    shared: Mapping[str, Sequence[Share]],
    conversion: JourneyConversion,
    terms: Terms,
    lookback_days: float,
) -> list[JourneyModel]:
    case = _make_case(workspace, path, conversion, terms, lookback_days)
    models = []
    for name in (*RULES, *sorted(SOLVED, key=lambda name: name not in SHARING)):
        model = RULES[name] if name in RULES else SOLVED[name]
        words = tell_solved(name) if name not in SHARING else tell(name, _as_shared(case, shared[name]))
        formula = model.formula_text(workspace.half_life_days)
        models.append(JourneyModel(name, _(model.title), formula, words, solved=name not in SHARING))
    return models


def _make_case(
    workspace: Workspace,
    path: Sequence[rows.Step],
    conversion: JourneyConversion,
    terms: Terms,
    lookback_days: float,
) -> Case:
    lead = opportunity = None
    if path:
        touches = [Touch(micros_of(step.at), step.mark_id) for step in path]
        journey = Journey(touches, micros_of(conversion.at), terms.half_life, terms.lead_at, terms.opportunity_at)
        lead, opportunity = anchor_of(journey, terms.lead_at), anchor_of(journey, terms.opportunity_at)
    nothing = Share(Decimal(0), None)
    told = [Told(step.channel, write_day(workspace, step.at), step.channel == DIRECT, nothing) for step in path]
    return Case(told, conversion.value, workspace.currency, lookback_days, workspace.half_life_days, lead, opportunity)


def _as_shared(case: Case, shares: Sequence[Share]) -> Case:
    return replace(case, path=[replace(told, share=share) for told, share in zip(case.path, shares, strict=True)])
