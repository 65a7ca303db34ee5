"""What a report of credit is asked for: read from an address, checked, with everything unsaid filled in."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.solved import MODELS, SOLVED
from common.errors import Refusal
from common.periods import Period, day_of, last_full_days
from reports.storage import GROUPS
from tracking.models import Goal

USUAL_MODEL = "linear"
USUAL_DAYS = 30
MOST_DAYS = 3_700
# Nothing happened before (events older than 2000 are dated anew at the door), and dates stay far from their ends.
FIRST_YEAR, LAST_YEAR = 1990, 2200
MAX_ID = 2**63 - 1
# Models that are solved from paths know each group a path runs through; too many make chains that mean nothing.
GROUPS_SOLVED = ("channel", "campaign")


@dataclass(frozen=True)
class Params:
    """One model's credit of one goal over a period, by one grouping; look-back and half-life as stored."""

    model: str
    goal: Goal
    period: Period
    group_by: str
    lookback_days: int
    half_life_days: float


def parse_params(workspace: Workspace, query: Mapping[str, str], *, now: datetime) -> Params:
    """Read a query string; what it leaves out takes its usual value. Raises Refusal naming the parameter."""
    goal = find_goal(workspace, query.get("goal", ""))
    stored_lookback = goal.lookback_days or workspace.lookback_days
    model = _read_model(query.get("model", USUAL_MODEL))
    return Params(
        model=model,
        goal=goal,
        period=read_period(workspace, query, now),
        group_by=_read_group(query.get("group_by", "channel"), GROUPS_SOLVED if model in SOLVED else tuple(GROUPS)),
        lookback_days=int(_read_stored(query, "lookback_days", stored_lookback)),
        half_life_days=_read_stored(query, "half_life_days", workspace.half_life_days),
    )


def find_goal(workspace: Workspace, named: str) -> Goal:
    """The goal with this id or, where it is the only one, with this event; the first one when nothing is named."""
    goals = Goal.objects.of(workspace).in_use().order_by("id")
    if not named:
        first = goals.first()
        if first is None:
            raise Refusal("no_goal", _("This workspace has no goal yet."), field="goal")
        return first
    if re.fullmatch(r"[0-9]{1,19}", named) and int(named) <= MAX_ID:
        by_id = goals.filter(pk=int(named)).first()
        if by_id is not None:
            return by_id
        if archived := Goal.objects.of(workspace).filter(pk=int(named)).first():
            message = _("The goal “%(name)s” is archived. Restore it under Settings, Goals to see its figures.")
            raise Refusal("archived_goal", message % {"name": archived.name}, field="goal")
    by_event = list(goals.filter(event=named)[:2])
    if not by_event:
        raise Refusal("unknown_goal", _("There is no goal with this id or event."), field="goal")
    if len(by_event) > 1:
        raise Refusal("ambiguous_goal", _("Several goals count this event; name one by its id."), field="goal")
    return by_event[0]


def _read_model(given: str) -> str:
    if given not in MODELS:
        message = _("This model is not known. Known: %(known)s.") % {"known": ", ".join(MODELS)}
        raise Refusal("unknown_model", message, field="model")
    return given


def _read_group(given: str, known: tuple[str, ...]) -> str:
    if given not in known:
        message = _("Credit cannot be grouped by this. Choose one of %(known)s.") % {"known": ", ".join(known)}
        raise Refusal("unsupported_grouping", message, field="group_by")
    return given


def read_period(workspace: Workspace, query: Mapping[str, str], now: datetime) -> Period:
    """The days a query asks for, usually the last 30 full ones; raises Refusal naming the parameter."""
    usual = last_full_days(day_of(now, ZoneInfo(workspace.timezone)), USUAL_DAYS)
    start, end = read_day(query, "start"), read_day(query, "end")
    if start is None and end is not None:
        return Period(end - (usual.end - usual.start), end)
    period = Period(start or usual.start, end or max(usual.end, start or usual.end))
    if period.end < period.start:
        raise Refusal("start_after_end", _("The start must not be later than the end."), field="start")
    if period.days > MOST_DAYS:
        message = _("Choose at most %(most)d days.") % {"most": MOST_DAYS}
        raise Refusal("period_too_long", message, field="start")
    return period


def read_day(query: Mapping[str, str], field: str) -> date | None:
    """A day of the query, None where it says none; raises Refusal for what is no day."""
    given = query.get(field)
    if not given:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            raise ValueError
        day = date.fromisoformat(given)
    except ValueError:
        raise Refusal("invalid_date", _("Write the day as 2026-02-28."), field=field) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = _("Choose a day from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise Refusal("invalid_date", message, field=field)
    return day


def _read_stored(query: Mapping[str, str], field: str, stored: float) -> float:
    given = query.get(field)
    if not given:
        return stored
    try:
        number = float(given[:40])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refusal("invalid_number", _("Write a number of days."), field=field)
    if number != stored:
        message = _("Numbers are stored for %(stored)s days only.") % {"stored": f"{stored:g}"}
        raise Refusal("not_stored", message, field=field)
    return stored
