"""What channel rules do: whom they catch now, what proposed ones would move, and why one visit is where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Workspace
from tracking.core.channel_rules import ChannelRule, fits
from tracking.core.channels import classify
from tracking.core.marks import Arrival, Mark, read_arrival
from tracking.storage.rows import run
from tracking.storage.rules import load_rules

DAYS = 30
SHOWN = 6
# A visit is a touch; visits have an index by time.
_MARKS = """
select m.id, m.channel, visits.number, m.source, m.medium, m.campaign, m.content, m.term, m.referrer_host,
    m.landing_path, m.click_id_kind
from (
    select mark_id, count(*) as number from tracking_session
    where workspace_id = %(workspace)s and started_at >= %(since)s group by mark_id
) as visits join tracking_mark m on m.workspace_id = %(workspace)s and m.id = visits.mark_id
"""
_PEOPLE = """
select count(distinct person_id) from tracking_session
where workspace_id = %(workspace)s and started_at >= %(since)s and mark_id = any(%(marks)s::bigint[])
"""
_NEWEST = """
select mark_id from tracking_session
where workspace_id = %(workspace)s and started_at >= %(since)s and mark_id = any(%(marks)s::bigint[])
order by started_at desc limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """Touches of a channel in the last 30 days, as they are and as they would be."""

    channel: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Moved:
    """One touch that would move: where it came from, and from which channel to which."""

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RulesPreview:
    """The touches that each rule catches, and what would change; `channels` lists those that change."""

    caught: list[int]
    channels: list[ChannelCount]
    touches: int
    people: int
    examples: list[Moved]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a visit would be in its channel: its mark, and the place of the workspace's rule that decided, from 1."""

    mark: Mark
    channel: str
    rule: int | None


def preview(workspace: Workspace, rules: Sequence[ChannelRule], now: datetime) -> RulesPreview:
    """What the last 30 days would become under these rules; reads only. In the workspace's scope."""
    since = now - timedelta(days=DAYS)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    caught = [0] * len(rules)
    moved: dict[int, Moved] = {}
    touches = 0
    for number, channel, visits, *parts in run(workspace.pk, _MARKS, since=since):
        mark = Mark(*parts)
        place = _place_of_rule(rules, mark)
        wanted = rules[place].channel if place is not None else classify(mark)
        if place is not None:
            caught[place] += visits
        before[channel] += visits
        after[wanted] += visits
        if wanted != channel:
            touches += visits
            moved[number] = Moved(_describe(mark), channel, wanted)
    names = sorted({*before, *after}, key=lambda name: (-max(before[name], after[name]), name))
    changed = [ChannelCount(name, before[name], after[name]) for name in names if before[name] != after[name]]
    people, examples = _look_at(workspace, moved, since)
    return RulesPreview(caught, changed, touches, people, examples)


def explain(workspace: Workspace, url: str, referrer: str) -> Explained:
    """Why a visit with this landing URL and referrer is in its channel; in the workspace's scope."""
    rules = load_rules(workspace)
    mark = read_arrival(Arrival(url, referrer, {}), rules.arrivals).mark
    place = _place_of_rule(rules.channels, mark)
    return Explained(mark, classify(mark, rules.channels), None if place is None else place + 1)


def _place_of_rule(rules: Sequence[ChannelRule], mark: Mark) -> int | None:
    return next((place for place, rule in enumerate(rules) if fits(rule, mark)), None)


def _look_at(workspace: Workspace, moved: dict[int, Moved], since: datetime) -> tuple[int, list[Moved]]:
    if not moved:
        return 0, []
    [(people,)] = run(workspace.pk, _PEOPLE, since=since, marks=list(moved))
    newest = run(workspace.pk, _NEWEST, since=since, marks=list(moved), most=200)
    examples = list(dict.fromkeys(moved[number] for (number,) in newest))
    return people, examples[:SHOWN]


def _describe(mark: Mark) -> str:
    tags = f"{mark.source} / {mark.medium}" + (f" / {mark.campaign}" if mark.campaign else "")
    return f"{tags}, {mark.landing_path}" if mark.landing_path else tags
