"""Visits and people by campaign; people are counted from the visits themselves, for they do not add up over days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from accounts.models import Workspace
from attribution.storage import load_labels
from common.periods import Period, bounds
from reports.session_days import count_sessions_by_mark
from tracking.storage.packed import unpack_numbers
from tracking.storage.rows import run

# Whose visit it was stands in the table only, not in its index: telling people apart costs a look at every visit.
MOST_TOLD_APART = 30_000
# Lists as bytes; who came by which campaign is told apart here, whatever the planner knows of a workspace.
_WHO = """
select array_send(array_agg(mark_id)), array_send(array_agg(person_id)) from tracking_session
where workspace_id = %(workspace)s and started_at >= %(from)s and started_at < %(until)s
"""


@dataclass(frozen=True, slots=True)
class Visits:
    """How many visits a campaign opened, of how many people (None: too many to tell apart while somebody waits).

    `channel` where the campaign has exactly one.
    """

    visits: int
    people: int | None
    channel: str | None = None


NO_VISITS = Visits(0, 0)


def count_visits(workspace: Workspace, period: Period) -> tuple[Mapping[str | None, Visits], Visits]:
    """Visits that began in the period, by the campaign that opened them (None: none did), and in all."""
    counted = count_sessions_by_mark(workspace, [period])
    visits = dict(zip(counted.mark.tolist(), counted.sessions.tolist(), strict=True))
    found: dict[str | None, Visits] = {}
    for mark, channel, campaign in load_labels(workspace, list(visits)):
        known = found.get(campaign)
        of_one = channel if known is None or known.channel == channel else None
        found[campaign] = Visits(visits[mark] + (known.visits if known else 0), None, of_one)
    whole = Visits(sum(one.visits for one in found.values()), None)
    if whole.visits > MOST_TOLD_APART:
        return found, whole
    return _tell_apart(workspace, period, found, whole)


def _tell_apart(
    workspace: Workspace, period: Period, found: Mapping[str | None, Visits], whole: Visits
) -> tuple[Mapping[str | None, Visits], Visits]:
    start, until = bounds(period, ZoneInfo(workspace.timezone))
    [sent] = run(workspace.pk, _WHO, **{"from": start, "until": until})
    marks, people = map(unpack_numbers, sent)
    named = {mark: campaign for mark, _channel, campaign in load_labels(workspace, np.unique(marks).tolist())}
    names = list(dict.fromkeys(named.values()))
    ids, place = np.unique(marks, return_inverse=True)
    campaign = np.array([names.index(named[int(mark)]) for mark in ids], np.int64)[place]
    everybody, person = np.unique(people, return_inverse=True)
    pairs = np.unique(campaign * len(everybody) + person)
    counts = np.bincount(pairs // max(1, len(everybody)), minlength=len(names))
    told = {name: replace(found.get(name, NO_VISITS), people=int(counts[spot])) for spot, name in enumerate(names)}
    return {**found, **told}, replace(whole, people=len(everybody))
