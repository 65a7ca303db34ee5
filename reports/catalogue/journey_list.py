"""The people of a workspace, those who were seen last first; in pages, however many there are."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.errors import Refusal
from common.money import from_micros
from common.periods import Period, bounds
from reports.ask import ask
from reports.catalogue import journey_rows as rows
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.journey_search import MOST_WINDOW, WINDOW, Found, Place, Wanted, search
from reports.catalogue.params import MAX_ID
from tracking.models import Conversion, Goal, Mark, Person

PAGE, MOST_EXPORTED = 50, 5000
CONVERTED, NOT_CONVERTED, ANY = "yes", "no", "any"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_CURSOR = re.compile(r"(\d{1,17}):(\d{1,18})", re.ASCII)

_WORTH = """
select c.person_id, count(*), sum(c.value_micros), (array_agg(c.goal_id order by c.at desc, c.id desc))[1]
from unnest(%(people)s::bigint[]) as who (id)
join tracking_conversion c on c.workspace_id = %(workspace)s and c.person_id = who.id
    and c.goal_id = any(%(goals)s::bigint[])
group by c.person_id
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Which people; `channel`: those whom it ever brought, `converted`: "yes", "no" or "" for everybody seen."""

    period: Period
    converted: str = ""
    channel: str = ""
    cursor: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: when they were last seen (or converted, in a list of those who did), and how they came."""

    alias: str
    namespace: str
    at: datetime
    touches: int
    first_at: datetime | None
    first_channel: str | None
    last_channel: str | None
    conversions: int
    goal: str | None
    # Of all their conversions; None where none has a value.
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """One page of people; `next_cursor` leads to those before."""

    rows: Sequence[PersonRow]
    next_cursor: str | None
    # How many people (or conversions) were looked through, where the search stopped before the end; None: all.
    searched: int | None
    channels: Sequence[str]
    currency: str
    as_of: datetime
    # Whether anybody is known at all, whatever the filters say.
    anybody: bool


def parse_params(query: Mapping[str, str], period: Period) -> Params:
    """Read an address; days come from the filter bar. Raises Refusal naming the parameter."""
    converted, channel = query.get("converted") or "", query.get("channel") or ""
    converted, channel = ("" if converted == ANY else converted), ("" if channel == ANY else channel)
    if converted not in ("", CONVERTED, NOT_CONVERTED):
        raise Refusal("unknown_choice", _("Choose “yes” or “no”."), field="converted")
    return Params(period, converted, channel[:200], read_cursor(query.get("cursor") or ""))


def read_cursor(given: str) -> tuple[datetime, int] | None:
    """The place where the page before ended. Raises Refusal for what is none of ours."""
    if not given:
        return None
    try:
        plain = base64.urlsafe_b64decode(given.encode()).decode("ascii")
    except ValueError:
        plain = ""
    match = _CURSOR.fullmatch(plain)
    if match is None:
        raise Refusal(
            "invalid_cursor", _("This place in the list is not known; begin at the first page."), field="cursor"
        )
    return _EPOCH + int(match[1]) * _MICRO, min(int(match[2]), MAX_ID)


def write_cursor(at: datetime, number: int) -> str:
    """A place in a list, for an address."""
    return base64.urlsafe_b64encode(f"{(at - _EPOCH) // _MICRO}:{number}".encode()).decode()


def build(workspace: Workspace, params: Params, now: datetime, *, most: int = PAGE) -> PeopleReport:
    """One page of people as of now."""
    as_of = find_as_of(workspace, now)
    goals = dict(Goal.objects.of(workspace).in_use().values_list("id", "name"))
    found, end = _load(workspace, params, most, list(goals))
    more, found = len(found) > most, found[:most]
    people = [row[0] for row in found]
    names = rows.load_first_names(workspace, people)
    worth = {row[0]: row[1:] for row in ask(workspace, _WORTH, people=people, goals=list(goals))}
    marks = {mark for row in found for mark in row[4:6] if mark is not None}
    channels = dict(Mark.objects.of(workspace).filter(id__in=marks).values_list("id", "channel"))
    return PeopleReport(
        rows=[_make_row(row, names, worth, channels, goals) for row in found if row[0] in names],
        next_cursor=write_cursor(found[-1][1], found[-1][0]) if more else write_cursor(*end) if end else None,
        searched=WINDOW if end and not more else None,
        channels=list_channels(workspace),
        currency=workspace.currency,
        as_of=as_of,
        anybody=bool(found) or Person.objects.of(workspace).exists(),
    )


def _load(workspace: Workspace, params: Params, most: int, goals: list[int]) -> tuple[list[Found], Place | None]:
    start, end = bounds(params.period, ZoneInfo(workspace.timezone))
    marks = Mark.objects.of(workspace).filter(channel=params.channel) if params.channel else None
    wanted = Wanted(
        start=start,
        end=end,
        before=params.cursor or (end, 0),
        goals=goals,
        converted={CONVERTED: True, NOT_CONVERTED: False}.get(params.converted),
        marks=None if marks is None else list(marks.values_list("id", flat=True)),
    )
    if wanted.marks == []:
        return [], None
    # A file holds all of them, however long it takes to find them.
    return search(workspace, wanted, most + 1, WINDOW if most == PAGE else MOST_WINDOW)


def _make_row(
    row: Sequence,
    names: Mapping,
    worth: Mapping,
    channels: Mapping[int, str],
    goals: Mapping[int, str],
) -> PersonRow:
    person, at, touches, first_at, first, last = row
    namespace, alias = names[person]
    conversions, micros, goal = worth.get(person, (0, None, None))
    return PersonRow(
        alias=alias,
        namespace=namespace,
        at=at,
        touches=touches,
        first_at=first_at,
        first_channel=channels.get(first),
        last_channel=channels.get(last),
        conversions=conversions,
        goal=goals.get(goal),
        value=None if micros is None else from_micros(int(micros)),
    )


def list_channels(workspace: Workspace) -> list[str]:
    """Every channel that any mark of the workspace has."""
    return sorted(Mark.objects.of(workspace).values_list("channel", flat=True).distinct())


def find_person(workspace: Workspace, said: str) -> tuple[str, int | None] | None:
    """Somebody's id, by an id of theirs or by an order of theirs, then with that conversion; None if nobody's."""
    if rows.find_people(workspace, said):
        return said, None
    if not said or "\x00" in said:
        return None
    found = (
        Conversion.objects.of(workspace)
        .filter(goal_id__in=_goals_in_use(workspace), key=f"order:{said}")
        .order_by("id")
        .first()
    )
    return find_owner(workspace, found.pk) if found else None


def find_owner(workspace: Workspace, conversion_id: int) -> tuple[str, int] | None:
    """Whose conversion this is, and its number; None if it is nobody's."""
    counted = Conversion.objects.of(workspace).filter(goal_id__in=_goals_in_use(workspace))
    found = counted.filter(pk=conversion_id).values_list("person_id", flat=True).first()
    if found is None:
        return None
    names = rows.load_first_names(workspace, [found])
    return (names[found][1], conversion_id) if found in names else None


def _goals_in_use(workspace: Workspace) -> list[int]:
    return list(Goal.objects.of(workspace).in_use().values_list("id", flat=True))
