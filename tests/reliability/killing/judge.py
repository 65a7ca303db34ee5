"""Compare what PostgreSQL holds with what the ledgers say it must hold, as sets and to the last digit."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from config.embedded import postgres
from tests.reliability.killing.ledger import ACCEPTED, REFUSED, fate_of, read_ledgers
from tests.reliability.killing.story import WORKSPACES, request_of
from tests.reliability.killing.twin import Expected

EVENTS = "select message_id from tracking_event where workspace_id = %s"
COUNTED = "select coalesce(sum(events), 0) from tracking_eventcount where workspace_id = %s"
QUARANTINED = "select count(*) from tracking_rejectedevent where workspace_id = %s and reason = 'not_processable'"
TOUCHES = """
select a.value, t.at, d.message_id, array[m.source, m.medium, m.campaign]
from tracking_touch t
join tracking_touchdetail d using (workspace_id, person_id, at, tie)
join tracking_mark m on m.workspace_id = t.workspace_id and m.id = t.mark_id
join tracking_alias a on a.workspace_id = t.workspace_id and a.person_id = t.person_id
where t.workspace_id = %s
"""
CONVERSIONS = """
select a.value, c.at, c.message_id, c.value_micros
from tracking_conversion c join tracking_alias a on a.workspace_id = c.workspace_id and a.person_id = c.person_id
where c.workspace_id = %s
"""
CREDIT = """
select d.day, d.rule, array[m.source, m.medium, m.campaign], sum(part.credit), sum(part.value)
from attribution_dailycredit d, unnest(d.marks, d.credit, d.value) as part (mark, credit, value)
join tracking_mark m on m.id = part.mark
where d.workspace_id = %s and m.workspace_id = d.workspace_id and d.rule in ('linear', 'last_touch')
group by 1, 2, 3
"""
TOTALS = """
select day, rule, conversions, conversions_value, unattributed, unattributed_value from attribution_dailycredit
where workspace_id = %s and rule in ('linear', 'last_touch')
"""
WAITING = """
select (select count(*) from tracking_inbox), (select count(*) from tracking_changedperson),
    (select count(*) from tracking_changedday)
"""


def waiting_rows(data_dir: Path) -> tuple[int, int, int]:
    """Events, people and days that are still to be worked off."""
    with postgres.superuser(data_dir, "headwater") as connection:
        return connection.execute(WAITING).fetchone()


class Verdict:
    """How many of what was wrong; all zeros is what we promise."""

    def __init__(self, data_dir: Path, ledgers: Path, workspaces: list[int], seed: int) -> None:
        self.accepted = 0
        self.faults: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        stories = self._read_ledgers(ledgers, seed)
        with postgres.superuser(data_dir, "headwater") as connection:
            for number, workspace in enumerate(workspaces):
                self._look = lambda query, w=workspace: connection.execute(query, [w]).fetchall()
                self._judge_events(stories[number])
                self._judge_facts(Expected(stories[number].values()))

    def _read_ledgers(self, folder: Path, seed: int) -> list[dict[str, Any]]:
        """What must be there, by workspace and message id."""
        stories: list[dict[str, Any]] = [{} for _ in range(WORKSPACES)]
        for slot, words in read_ledgers(folder).items():
            request, fate = request_of(seed, slot), fate_of(words)
            if fate == ACCEPTED:
                self.accepted += len(request.events)
                stories[request.workspace] |= {event["messageId"]: event for event in request.events}
            # A wrong key is refused and nothing else is; and everybody was answered in the end.
            if (fate == REFUSED) != request.wrong_key:
                self._note("answered wrongly", [f"{slot} {words}"])
        return stories

    def _judge_events(self, story: dict[str, Any]) -> None:
        stored = Counter(message_id for (message_id,) in self._look(EVENTS))
        self._note("lost", story.keys() - stored.keys())
        self._note("doubled", [one for one, times in stored.items() if times > 1])
        self._note("never accepted", stored.keys() - story.keys())
        self._note("counted wrongly", [] if self._look(COUNTED)[0][0] == len(story) else [self._look(COUNTED)])
        self._note("quarantined", range(self._look(QUARANTINED)[0][0]))

    def _judge_facts(self, expected: Expected) -> None:
        touches = [(who, at, one, tuple(origin)) for who, at, one, origin in self._look(TOUCHES)]
        self._compare("touches", Counter(touches), Counter(expected.touches))
        self._compare("conversions", Counter(self._look(CONVERSIONS)), Counter(expected.conversions))
        credit = {(day, rule, tuple(o)): (int(c), int(v)) for day, rule, o, c, v in self._look(CREDIT) if c or v}
        wanted = {key: (sums["credit"], sums["value"]) for key, sums in expected.credit.items()}
        self._compare("credit", credit, wanted)
        self._compare("totals", _totals(self._look(TOTALS)), {k: +v for k, v in expected.totals.items()})

    def _compare(self, what: str, found: dict[Any, Any], wanted: dict[Any, Any]) -> None:
        self._note(f"{what} wrong", [key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key)])

    def _note(self, fault: str, cases: Any) -> None:
        cases = list(cases)
        if cases:
            self.faults[fault] += len(cases)
            self.examples.setdefault(fault, str(cases[0])[:200])


def _totals(rows: list[Any]) -> dict[Any, Counter[str]]:
    names = ("conversions", "conversions_value", "unattributed", "unattributed_value")
    totals: dict[Any, Counter[str]] = defaultdict(Counter)
    for day, rule, *numbers in rows:
        totals[day, rule] += Counter(dict(zip(names, numbers, strict=True)))
    return totals
