"""One run: build the house, load it, hurt it at seeded moments, wait until it has caught up, and judge."""

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from config.embedded import postgres
from tests.reliability.killing.clients import Client, Load
from tests.reliability.killing.house import KINDS, WEBS, House
from tests.reliability.killing.judge import Verdict, waiting_rows
from tests.reliability.killing.story import WORKSPACES, request_of

CLIENTS = 12


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    seed: int
    kills: int
    events: int
    seconds: float
    catch_up_s: float = 400
    # For work that no row tells of, as some sabotages have it.
    rest_s: float = 0


def make_workspaces(name: str = "Kills") -> tuple[list[int], list[str]]:
    """Workspaces with the goal that every shop starts with; ids and write keys."""
    from django.db import transaction

    from accounts.actions import create_agency, create_workspace
    from tracking.actions.goals import create_default_goals

    agency, made = create_agency(name), []
    for number in range(WORKSPACES):
        with transaction.atomic():
            workspace, key = create_workspace(agency, name=f"Shop {number}", timezone="UTC")
            create_default_goals(workspace)
        made.append((workspace.pk, key))
    return [one for one, _ in made], [key for _, key in made]


def warm_up(house: House, seconds: float = 240) -> None:
    """Have one order go all the way: a worker's first start compiles, and until then there is nothing to interrupt."""
    workspace, _ = make_workspaces("Warm")
    row = "(workspace_id, message_id, received_at, at, kind, anonymous_id, name, order_id, payload, door)"
    values = "(%s, 'warm', now(), now(), 'track', 'warm', 'Order Completed', 'warm', '{}', 'warm')"
    with postgres.superuser(house.data_dir, "headwater") as connection:
        connection.execute(f"insert into tracking_event {row} values {values}", [workspace[0]])
    deadline = time.monotonic() + seconds
    while any(waiting_rows(house.data_dir)) and time.monotonic() < deadline:
        time.sleep(0.2)


class Run:
    """A house under load and under attack."""

    def __init__(self, house: House, plan: Plan) -> None:
        self.house, self.plan = house, plan
        self.random = Random(plan.seed)
        self.workspaces, keys = make_workspaces()
        ledgers = house.folder / "ledgers"
        ledgers.mkdir()
        events_a_request = statistics.mean(len(request_of(plan.seed, slot).events) for slot in range(500))
        pace = plan.events / events_a_request / plan.seconds
        self.load = Load(list(house.ports.values()), keys, plan.seed, CLIENTS, pace, ledgers)
        self.kills: list[tuple[float, str]] = []

    def go(self, tell: Callable[[str], None]) -> Verdict:
        """Load and kill, then let everything come to rest."""
        clients = [Client(self.load, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        self._kill_all()
        deadline = time.monotonic() + self.plan.seconds
        while self.load.events < self.plan.events and time.monotonic() < deadline:
            time.sleep(0.1)
        self.load.stopping.set()
        for client in clients:
            client.join()
        tell(self._figures())
        self._wait_until_caught_up(tell)
        verdict = Verdict(self.house.data_dir, self.load.folder, self.workspaces, self.plan.seed)
        if self.load.given_up:
            verdict.faults["never answered"] = len(self.load.given_up)
        return verdict

    def _kill_all(self) -> None:
        """Each kind equally often, in random order at random moments; one in ten takes a second one along."""
        victims = [KINDS[number % len(KINDS)] for number in range(self.plan.kills)]
        self.random.shuffle(victims)
        moments = sorted(self.random.uniform(0.5, self.plan.seconds) for _ in victims)
        for moment, victim in zip(moments, victims, strict=True):
            time.sleep(max(0.0, self.load.began_at + moment - time.monotonic()))
            self._kill(victim)
            if self.random.random() < 0.1:
                self._kill(self.random.choice(KINDS))

    def _kill(self, victim: str) -> None:
        victim = self.random.choice(WEBS) if victim == "web" else victim
        only_a_child = victim == "worker" and self.random.random() < 0.3
        # Whoever is dead already is waited for: a plan of forty kills means forty.
        deadline = time.monotonic() + 10
        while not self.house.kill(victim, only_a_child=only_a_child) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.kills.append((time.monotonic(), victim))

    def _wait_until_caught_up(self, tell: Callable[[str], None]) -> None:
        began_at = time.monotonic()
        while any(waiting_rows(self.house.data_dir)):
            if time.monotonic() - began_at > self.plan.catch_up_s:
                tell(f"not caught up after {self.plan.catch_up_s:.0f} s: {waiting_rows(self.house.data_dir)}")
                tell(self.house.last_lines("worker"))
                return
            time.sleep(0.3)
        tell(f"caught up after {time.monotonic() - began_at:.1f} s")
        time.sleep(self.plan.rest_s)

    def _figures(self) -> str:
        """Seconds from each kill to the next accepted request, by kind; a wait that a later kill lengthened counts."""
        waits: dict[str, list[float]] = defaultdict(list)
        accepted = sorted(self.load.accepted)
        for killed_at, victim in self.kills:
            # Clients of the other collector noticed nothing.
            port = self.house.ports.get(victim)
            following = (at for at, who in accepted if at > killed_at and port in (None, self.load.port_of(who)))
            if (next_at := next(following, None)) is not None:
                waits[victim.rstrip("2")].append(next_at - killed_at)
        told = {
            kind: {"kills": len(some), "median_s": round(statistics.median(some), 2), "worst_s": round(max(some), 2)}
            for kind, some in sorted(waits.items())
        }
        return json.dumps({"seed": self.plan.seed, "kills": len(self.kills), "accepted": self.load.events, **told})
