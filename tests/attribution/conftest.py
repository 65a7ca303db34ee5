"""A client's workspace whose facts can be told in words, and its credit worked out a second, slower way."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection

from accounts.models import Agency, Workspace
from accounts.tenancy import workspace_scope
from attribution.core.credit import CREDIT_UNITS, share_credit
from attribution.core.journeys import MICROS_A_DAY, NEVER, Journey, Touch
from attribution.core.rules import RULES
from attribution.models import DailyCredit, DailyPath
from attribution.storage import load_day_paths
from common.periods import Period
from tracking.models import ChangedDay, Conversion, Goal, Mark, Stage, StageEntry
from tracking.models import Touch as TouchRow


@dataclass
class Client:
    """A workspace in Berlin time with two goals, of which `lead` looks back 5 days, three stages and four marks."""

    workspace: Workspace
    goals: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)

    def touched(self, person: int, when: str, mark: str, *, tie: int = 0) -> None:
        """A person's touch; `when` is a UTC time."""
        with workspace_scope(self.workspace):
            TouchRow.objects.create(
                workspace=self.workspace, person_id=person, at=instant(when), tie=tie, mark_id=self.marks[mark]
            )

    def reached(self, person: int, when: str, *, value: int | None = 0, goal: str = "purchase") -> None:
        """A person's conversion, with a value in millionths."""
        with workspace_scope(self.workspace):
            key = str(Conversion.objects.of(self.workspace).count())
            Conversion.objects.create(
                workspace=self.workspace,
                goal_id=self.goals[goal],
                key=key,
                message_id=key,
                person_id=person,
                at=instant(when),
                value_micros=value,
                currency="EUR",
            )

    def entered(self, person: int, when: str, role: str) -> None:
        """A person's first entry of the stage of this role ("" for the one without)."""
        with workspace_scope(self.workspace):
            StageEntry.objects.create(
                workspace=self.workspace,
                person_id=person,
                stage_id=self.stages[role],
                at=instant(when),
                message_id=f"{role} {person}",
            )

    def changed(self, *days: str, refill: int | None = None) -> None:
        """Mark days as changed, a minute ago."""
        with workspace_scope(self.workspace):
            noted_at = datetime.now(ZoneInfo("UTC")) - timedelta(minutes=1)
            ChangedDay.objects.bulk_create(
                ChangedDay(workspace=self.workspace, day=day, refill_id=refill, noted_at=noted_at) for day in days
            )

    def changed_days(self) -> list[str]:
        """Days still marked."""
        with workspace_scope(self.workspace):
            return sorted(str(row.day) for row in ChangedDay.objects.of(self.workspace))

    def stored(self) -> list[DailyCredit]:
        """Every stored row, in order."""
        with workspace_scope(self.workspace):
            return list(DailyCredit.objects.of(self.workspace).order_by("day", "goal_id", "rule"))

    def credit(self, rule: str, day: str, *, goal: str = "purchase") -> dict[str, float]:
        """Stored conversions by the mark's name."""
        names = {mark: name for name, mark in self.marks.items()}
        rows = [row for row in self.stored() if (row.rule, str(row.day)) == (rule, day)]
        return {
            names[mark]: credit / CREDIT_UNITS
            for row in rows
            if row.goal_id == self.goals[goal]
            for mark, credit in zip(row.marks, row.credit, strict=True)
        }

    def sums(self) -> dict:
        """{(day, goal, rule, look-back, half-life): ({mark: (credit, value)}, totals)} as stored."""
        return {
            (row.day, row.goal_id, row.rule, row.lookback_days, row.half_life_days): (
                dict(zip(row.marks, zip(row.credit, row.value, strict=True), strict=True)),
                (row.conversions, row.conversions_value, row.unattributed, row.unattributed_value),
            )
            for row in self.stored()
        }

    def paths(self) -> dict:
        """{(day, goal, look-back): ({path of marks: (conversions, value)}, totals)} as stored."""
        with workspace_scope(self.workspace):
            kept = list(DailyPath.objects.of(self.workspace).values_list("goal_id", "day", "lookback_days"))
            found = {}
            for goal, day, lookback in kept:
                [row] = load_day_paths(self.workspace, goal_id=goal, period=Period(day, day))
                ends = np.cumsum(row.lengths).tolist()
                steps = [row.marks[row.steps[end - n : end]].tolist() for end, n in zip(ends, row.lengths, strict=True)]
                counts = zip(row.conversions.tolist(), row.value.tolist(), strict=True)
                by_path = dict(zip(map(tuple, steps), counts, strict=True))
                assert len(by_path) == len(steps), "equal paths must be one"
                totals = (row.conversions_total, row.value_total, row.unattributed_conversions, row.unattributed_value)
                found[day, goal, lookback] = (by_path, totals)
        return found

    def paths_from_scratch(self) -> dict:
        """The same from the rows of touches and conversions alone."""
        found: dict = {}
        for reach, day, lookback, path in self.journeys():
            by_path, totals = found.get((day, reach.goal_id, lookback), ({}, (0, 0, 0, 0)))
            value = reach.value_micros or 0
            if path:
                marks = tuple(touch.mark_id for touch in path)
                before = by_path.get(marks, (0, 0))
                by_path[marks] = (before[0] + 1, before[1] + value)
            lost = (0, 0) if path else (1, value)
            found[day, reach.goal_id, lookback] = (
                by_path,
                tuple(map(sum, zip(totals, (1, value, *lost), strict=True))),
            )
        return found

    def journeys(self) -> list:
        """[(conversion, day, look-back, its touches)] from the rows of touches and conversions alone."""
        with workspace_scope(self.workspace):
            touches = list(TouchRow.objects.of(self.workspace).order_by("at", "tie"))
            conversions = list(Conversion.objects.of(self.workspace))
            own = dict(Goal.objects.of(self.workspace).values_list("id", "lookback_days"))
        workspace = Workspace.objects.get(pk=self.workspace.pk)
        found = []
        for reach in conversions:
            lookback = own[reach.goal_id] or workspace.lookback_days
            path = [
                touch
                for touch in touches
                if touch.person_id == reach.person_id and timedelta() <= reach.at - touch.at <= timedelta(days=lookback)
            ]
            found.append((reach, reach.at.astimezone(ZoneInfo(workspace.timezone)).date(), lookback, path))
        return found

    def sums_from_scratch(self) -> dict:
        """The same from the rows of touches and conversions alone, one conversion at a time."""
        with workspace_scope(self.workspace):
            direct = {mark.id for mark in Mark.objects.of(self.workspace) if mark.channel == "Direct"}
            roles = dict(Stage.objects.of(self.workspace).values_list("id", "role"))
            entries = list(StageEntry.objects.of(self.workspace))
        workspace = Workspace.objects.get(pk=self.workspace.pk)
        shares: dict = defaultdict(lambda: defaultdict(lambda: (0, 0)))
        totals: dict = defaultdict(lambda: (0, 0, 0, 0))
        for reach, day, lookback, path in self.journeys():
            mine = {roles[e.stage_id]: micros(e.at) for e in entries if e.person_id == reach.person_id}
            milestones = (mine.get("lead", NEVER), mine.get("opportunity", NEVER))
            value = reach.value_micros or 0
            for name, rule in RULES.items():
                half_life = workspace.half_life_days if name == "time_decay" else 0
                key = (day, reach.goal_id, name, lookback, half_life)
                lost = (0, 0) if path else (1, value)
                totals[key] = tuple(map(sum, zip(totals[key], (1, value, *lost), strict=True)))
                shares[key]  # a row without marks is a row too
                if path:
                    touched = [Touch(micros(touch.at), touch.mark_id, touch.mark_id in direct) for touch in path]
                    half_life_of_rules = round(workspace.half_life_days * MICROS_A_DAY)
                    journey = Journey(touched, micros(reach.at), half_life_of_rules, *milestones)
                    _share(shares[key], rule, journey, value)
        return {key: (dict(shares[key]), totals[key]) for key in totals}


def _share(sums, rule, journey, value):
    weights = rule.twin(journey)
    parts = zip(share_credit(weights, CREDIT_UNITS), share_credit(weights, value), strict=True)
    for touch, weight, (credit, worth) in zip(journey.touches, weights, parts, strict=True):
        if weight:
            sums[touch.mark] = (sums[touch.mark][0] + credit, sums[touch.mark][1] + worth)


def micros(when: datetime) -> int:
    """Microseconds since 1970."""
    return round(when.timestamp() * 1e6)


def instant(text: str) -> datetime:
    """A UTC time as "2026-03-01 12:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("UTC"))


@pytest.fixture
def client_of_agency(transactional_db: None) -> Client:
    """An empty workspace with marks and goals; the commits are real, because fills read over their own door."""
    return make_client("anna")


def make_client(slug: str) -> Client:
    """A Client under its own agency."""
    agency = Agency.objects.create(slug=slug, name=slug)
    workspace = Workspace.objects.create(agency=agency, slug=slug, name=slug, timezone="Europe/Berlin", currency="EUR")
    client = Client(workspace)
    with workspace_scope(workspace):
        for name, lookback in (("purchase", None), ("lead", 5)):
            goal = Goal.objects.create(workspace=workspace, name=name, event=name, lookback_days=lookback)
            client.goals[name] = goal.id
        for place, role in enumerate(("lead", "", "opportunity")):
            stage = Stage.objects.create(
                workspace=workspace, position=place, name=f"{place}", event=f"{place}", role=role, goal_id=1
            )
            client.stages[role] = stage.id
        for channel in ("Direct", "Organic Search", "Paid Social", "Email"):
            mark = Mark.objects.create(
                workspace=workspace, digest=channel.encode(), source=channel, medium="", channel=channel
            )
            client.marks[channel] = mark.id
    return client


def in_another_connection(act):
    """Do something as another process would, and wait for it."""
    thread = threading.Thread(target=lambda: close_after(act))
    thread.start()
    thread.join()


def close_after(act):
    try:
        act()
    finally:
        connection.close()
