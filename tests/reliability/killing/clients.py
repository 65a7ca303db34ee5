"""Honest clients: they note, post, note the answer, and post again until they are told yes or no."""

import http.client
import json
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.reliability.killing.ledger import ACCEPTED, REFUSED, SENT, UNKNOWN, Ledger
from tests.reliability.killing.story import WORKSPACES, Request, request_of

TIMEOUT_S = 10
PATIENCE_S = 60
REPEATED = 0.04
WRONG_KEY = "nobodys-key"


@dataclass
class Load:
    """What all clients share: where to post, how fast, and until when."""

    ports: list[int]
    keys: list[str]
    seed: int
    clients: int
    requests_per_second: float
    folder: Path
    began_at: float = field(default_factory=time.monotonic)
    stopping: threading.Event = field(default_factory=threading.Event)
    events: int = 0
    # When, and from which client.
    accepted: list[tuple[float, int]] = field(default_factory=list)
    given_up: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, events: int, client: int) -> None:
        with self.lock:
            self.events += events
            self.accepted.append((time.monotonic(), client))

    def port_of(self, client: int) -> int:
        """Each client keeps to one of the collectors, and each workspace has clients of both."""
        return self.ports[client // WORKSPACES % len(self.ports)]


class Client(threading.Thread):
    """Posts every n-th slot, at its share of the pace."""

    def __init__(self, load: Load, number: int) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.load, self.number = load, number
        self.random = Random(f"{load.seed}:client:{number}")
        self.ledger = Ledger(load.folder / f"{number}.ledger")
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        for slot in range(self.number, 10**9, self.load.clients):
            due_at = self.load.began_at + slot / self.load.requests_per_second
            if self.load.stopping.wait(max(0.0, due_at - time.monotonic())):
                break
            self._settle(request_of(self.load.seed, slot))
        self.ledger.close()

    def _settle(self, request: Request) -> None:
        deadline = time.monotonic() + PATIENCE_S
        self.ledger.note(request.slot, SENT)
        while (word := self._post(request)) == UNKNOWN:
            if time.monotonic() > deadline:
                self.load.given_up.append(request.slot)
                return
            time.sleep(0.1)
        if word == ACCEPTED:
            self.load.count(len(request.events), self.number)
            if self.random.random() < REPEATED:
                self._post(_told_otherwise(request))

    def _post(self, request: Request) -> str:
        word = self._ask(request)
        self.ledger.note(request.slot, word)
        return word

    def _ask(self, request: Request) -> str:
        key = WRONG_KEY if request.wrong_key else self.load.keys[request.workspace]
        headers = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
        body = json.dumps({"batch": request.events})
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.load.port_of(self.number), timeout=TIMEOUT_S
                )
            self.connection.request("POST", "/v1/batch", body, headers)
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return UNKNOWN
        if answer.status == 200:
            return ACCEPTED
        # Told to come again: whether a commit was under way then, nobody knows.
        return UNKNOWN if answer.status in (429, 503) else REFUSED


def _told_otherwise(request: Request) -> Request:
    """The same messageIds once more, with another story: the first one counts."""
    events = [
        event | {"properties": {"revenue": 1, "url": "https://elsewhere.example.test/"}} for event in request.events
    ]
    return Request(request.slot, request.workspace, events, request.wrong_key)
