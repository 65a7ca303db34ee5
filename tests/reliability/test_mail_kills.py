"""Senders that are killed, stopped and brought back: every letter arrives once, or a person is asked about it."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts import actions
from accounts.models import Role, Workspace
from accounts.tenancy import workspace_scope
from config.embedded import postgres
from reports.deliveries.schedules import Wish, save_schedule
from reports.models import Delivery, Recipient
from tests.reports.post_office import PostOffice, kill
from tests.reports.weeks import MONDAY, a_shop, two_weeks
from tests.servers import DATA_DIR

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
OWNER = "owner@marlow.example"
WISH = Wish(is_on=True, weekday=0, hour=8, goal_id=None, model="linear", words="")
PEOPLE, KILLS, SEED = 12, 16, 4


class Once:
    """Harm the process it is aimed at, the first time that it is called."""

    def __init__(self, harm: Callable[[int], None]) -> None:
        self.harm, self.aimed, self.pid, self.done = harm, threading.Event(), 0, False

    def aim(self, pid: int) -> int:
        self.pid = pid
        self.aimed.set()
        return pid

    def __call__(self) -> None:
        if not self.done:
            assert self.aimed.wait(60)
            self.done = True
            self.harm(self.pid)


class Senders:
    """Two programs that send, over the tests' database and through the tests' mail server."""

    def __init__(self, office: PostOffice, **variables: str) -> None:
        address = f"smtp://127.0.0.1:{office.address}"
        environ = {
            **os.environ,
            "HEADWATER_DATA": str(DATA_DIR),
            "EMAIL_URL": address,
            "PYTHONPATH": str(ROOT),
        } | variables
        command = [sys.executable, "-m", "tests.reliability.mail_sender"]
        self.programs = [
            subprocess.Popen(command, cwd=ROOT, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        for program in self.programs:
            assert program.stdout.readline() == "ready\n"

    def begin(self, workspace: Workspace, at: datetime, *, which: int = 0) -> int:
        """Start sending what is due at a time; the process that does."""
        program = self.programs[which]
        program.stdin.write(f"{workspace.pk} {at.isoformat()}\n")
        program.stdin.flush()
        return int(program.stdout.readline())

    def finish(self, workspace: Workspace, at: datetime, *, which: int = 0) -> None:
        """Send what is due, to the end."""
        wait_for_end(self.begin(workspace, at, which=which))

    def stop(self) -> None:
        for program in self.programs:
            program.stdin.close()
            program.kill()
            program.wait()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.start()
    yield office
    office.stop()


@pytest.fixture
def senders(office, shop) -> Iterator[Senders]:
    senders = Senders(office)
    yield senders
    senders.stop()


@pytest.fixture
def shop(transactional_db) -> Workspace:
    workspace = a_shop()
    actions.create_membership(actions.create_user(OWNER, "x" * 12), workspace.agency, Role.OWNER)
    with workspace_scope(workspace):
        two_weeks(workspace)
        for n in range(PEOPLE):
            Recipient.objects.create(workspace=workspace, email=f"p{n}@northwind.example", confirmed_at=MONDAY)
    save_schedule(workspace, WISH, now=MONDAY - timedelta(days=1))
    return workspace


def wait_for_end(pid: int, seconds: float = 60) -> None:
    """Until a process is gone, or dead and not yet buried."""
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} does not end"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    return state_of(pid) not in ("", "Z", "X")


def state_of(pid: int) -> str:
    """A letter of the kernel's: T is stopped, Z dead and not yet buried; nothing where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def states(shop: Workspace) -> dict[str, str]:
    with workspace_scope(shop):
        return dict(Delivery.objects.of(shop).values_list("email", "state"))


def came(office: PostOffice) -> Counter[str]:
    """How many letters each recipient got; what the owner is told does not count."""
    return Counter(address for address in office.recipients if address != OWNER)


def test_killed_before_the_letter_is_handed_over_it_is_sent_by_the_next(shop, office, senders):
    hit = Once(kill)
    office.on_hello = hit
    wait_for_end(hit.aim(senders.begin(shop, MONDAY)))
    assert came(office) == {}
    senders.finish(shop, MONDAY)
    assert set(came(office).values()) == {1}
    assert set(states(shop).values()) == {"sent"}
    assert len(states(shop)) == PEOPLE


def test_killed_after_the_server_took_it_it_is_not_sent_again_and_the_owner_is_asked(shop, office, senders):
    hit = Once(kill)
    office.on_mail = hit
    wait_for_end(hit.aim(senders.begin(shop, MONDAY)))
    (first,) = came(office)
    senders.finish(shop, MONDAY)
    senders.finish(shop, MONDAY + timedelta(days=1))
    assert set(came(office).values()) == {1}
    assert states(shop).pop(first) == "unknown"
    assert Counter(states(shop).values()) == {"sent": PEOPLE - 1, "unknown": 1}
    assert first in office.taken[office.recipients.index(OWNER)].get_content()


def test_a_letter_sent_twice_is_seen_here(shop, office):
    """Without the note that it was handed over, which is the sabotage, a killed sender's letter goes out again."""
    senders = Senders(office, SABOTAGE="yes")
    try:
        hit = Once(kill)
        office.on_mail = hit
        wait_for_end(hit.aim(senders.begin(shop, MONDAY)))
        senders.finish(shop, MONDAY)
    finally:
        senders.stop()
    assert max(came(office).values()) == 2


def test_a_sender_taken_for_dead_that_comes_back_sends_nothing(shop, office, senders):
    hit = Once(lambda pid: os.kill(pid, signal.SIGSTOP))
    office.on_hello = hit
    stopped = hit.aim(senders.begin(shop, MONDAY))
    deadline = time.monotonic() + 60
    while state_of(stopped) != "T":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # Its connection is lost, and with it the lock by which others know that it works.
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
        )
    senders.finish(shop, MONDAY, which=1)
    os.kill(stopped, signal.SIGCONT)
    wait_for_end(stopped)
    assert set(came(office).values()) == {1}
    assert set(states(shop).values()) == {"sent"}


def test_whatever_is_killed_nobody_gets_two_and_nobody_is_forgotten(shop, office, senders):
    # A server that takes its time before it says yes leaves the more room to be killed in.
    office.on_mail = lambda: time.sleep(0.05)
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(KILLS):
        pids = [senders.begin(shop, MONDAY, which=which) for which in (0, 1)]
        time.sleep(chance.uniform(0.0, 0.25))
        for pid in pids:
            if is_alive(pid):
                kill(pid)
        for pid in pids:
            wait_for_end(pid)
    senders.finish(shop, MONDAY)
    found = states(shop)
    assert len(found) == PEOPLE
    assert set(found.values()) <= {"sent", "unknown"}
    letters = came(office)
    assert max(letters.values()) == 1
    assert [who for who, state in found.items() if state == "sent" and letters[who] != 1] == []
    print(Counter(found.values()))
