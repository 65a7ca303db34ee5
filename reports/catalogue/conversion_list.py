"""The conversions behind a number: whose they are, and what the group in question earned of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.credit import CREDIT_UNITS, share_credit
from attribution.core.daily import credit_of_one
from attribution.core.journeys import MICROS_A_DAY, NEVER, Touch
from attribution.core.rules import RULES
from common.errors import Refusal
from common.money import from_micros
from common.periods import bounds
from reports.ask import ask
from reports.catalogue.conversion_rows import Met, Reached, count_reached, load_met, load_milestones, load_reached
from reports.catalogue.journey_rows import load_first_names
from reports.catalogue.params import MAX_ID, Params
from reports.catalogue.within import Within
from reports.core.ratios import conversions_of
from reports.report import Credited
from tracking.storage import IngestionState, ingestion_state

PAGE, MOST_EXPORTED = 50, 5_000
DIRECT = "Direct"
# The groups that Shapley's players can be; what is narrowed further is shared by channel.
_PLAYERS = ("campaign", "channel")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """One conversion; `earned` is None where the model says nothing of a single one, or nothing is narrowed down."""

    id: int
    at: datetime
    namespace: str
    alias: str | None
    order_id: str | None
    value: Decimal | None
    touches: int
    matching: int
    first_channel: str | None
    last_channel: str | None
    earned: Credited | None


@dataclass(frozen=True, slots=True)
class ConversionList:
    """One page of conversions, the newest first; `next_cursor` leads to those before."""

    rows: Sequence[ConversionRow]
    in_all: int
    next_cursor: str | None
    within: Within
    ingestion: IngestionState
    solved: bool


def read_cursor(query: Mapping[str, str]) -> tuple[int, int] | None:
    """(microseconds, id) of the last row of the page before. Raises Refusal for what no page gave out."""
    given = query.get("cursor")
    if not given:
        return None
    at, _dot, number = given.partition(".")
    if not (given.isascii() and at.isdigit() and number.isdigit() and len(at) < 18 and int(number) <= MAX_ID):
        raise Refusal("invalid_cursor", _("Take the address of the next rows from the page."), field="cursor")
    return int(at), int(number)


def build(
    workspace: Workspace,
    params: Params,
    within: Within,
    now: datetime,
    *,
    cursor: tuple[int, int] | None = None,
    most: int = PAGE,
) -> ConversionList:
    """Conversions of the period on whose journey the group lies; all of them where nothing is narrowed down."""
    ingestion = ingestion_state(workspace, now)
    start, end = bounds(params.period, ZoneInfo(workspace.timezone))
    asked: dict[str, Any] = {
        "goal": params.goal.pk,
        "start": start,
        "end": end,
        "lookback": timedelta(days=params.lookback_days),
    }
    before = (end, MAX_ID) if cursor is None else (_EPOCH + cursor[0] * _MICRO, cursor[1])
    found = load_reached(workspace, within, before=before, most=most + 1, **asked)
    rows, more = found[:most], len(found) > most
    return ConversionList(
        rows=_describe(workspace, params, within, rows),
        in_all=count_reached(workspace, within, **asked),
        next_cursor=f"{_micros(rows[-1].at)}.{rows[-1].id}" if more else None,
        within=within,
        ingestion=ingestion,
        solved=params.model not in RULES and params.model != "shapley",
    )


def find_person(workspace: Workspace, conversion: int) -> tuple[str, str] | None:
    """(name space, id) by which the person behind a conversion is best named; None where there is neither."""
    found = ask(
        workspace,
        "select person_id from tracking_conversion where workspace_id = %(workspace)s and id = %(conversion)s",
        conversion=conversion,
    )
    return load_first_names(workspace, [found[0][0]]).get(found[0][0]) if found else None


def _describe(workspace: Workspace, params: Params, within: Within, rows: Sequence[Reached]) -> list[ConversionRow]:
    people = list({row.person for row in rows})
    names = load_first_names(workspace, people)
    milestones = load_milestones(workspace, people) if params.model in RULES else {}
    met: dict[int, list[Met]] = defaultdict(list)
    for touch in load_met(workspace, within, rows, lookback=timedelta(days=params.lookback_days)):
        met[touch.conversion].append(touch)
    described = []
    for row in rows:
        path, (namespace, alias) = met[row.id], names.get(row.person, ("", None))
        described.append(
            ConversionRow(
                id=row.id,
                at=row.at,
                namespace=namespace,
                alias=alias,
                order_id=row.order_id,
                value=None if row.value is None else from_micros(row.value),
                touches=len(path),
                matching=sum(touch.matches for touch in path),
                first_channel=path[0].channel if path else None,
                last_channel=path[-1].channel if path else None,
                earned=_earn(row, path, params, within, milestones.get(row.person, (None, None))) if within else None,
            )
        )
    return described


def _earn(
    row: Reached,
    path: Sequence[Met],
    params: Params,
    within: Within,
    milestones: tuple[datetime | None, datetime | None],
) -> Credited | None:
    """What the matching touches earn together, to the stored unit."""
    if params.model in RULES:
        lead, opportunity = (NEVER if at is None else _micros(at) for at in milestones)
        parts = credit_of_one(
            [Touch(_micros(touch.at), touch.mark, touch.channel == DIRECT) for touch in path],
            params.model,
            converted_at=_micros(row.at),
            value=row.value or 0,
            lookback=params.lookback_days * MICROS_A_DAY,
            half_life=round(params.half_life_days * MICROS_A_DAY),
            lead_at=lead,
            opportunity_at=opportunity,
        )
        matching = [(credit, value or 0) for place, credit, value in parts if path[place].matches]
        return _credited(sum(credit for credit, _value in matching), sum(value for _credit, value in matching))
    if params.model != "shapley" or not set(within) <= set(_PLAYERS):
        return None
    by = next(group for group in _PLAYERS if group in within)
    players = list(dict.fromkeys(touch.player(by) for touch in path))
    place = players.index(within[by])
    credit, value = (share_credit([1.0] * len(players), total)[place] for total in (CREDIT_UNITS, row.value or 0))
    return _credited(credit, value)


def _credited(units: int, micros: int) -> Credited:
    return Credited(conversions_of(units), from_micros(micros))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICRO
