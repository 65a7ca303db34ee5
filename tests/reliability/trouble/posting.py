"""Honest clients that post one event after the other, again until it is accepted, and note every answer."""

import http.client
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import NamedTuple, Self

PAUSE_S = 0.05
TIMEOUT_S = 30


class Answer(NamedTuple):
    """What a client was told; status 0 for a connection that broke. Times are `time.monotonic()`."""

    sent_at: float
    answered_at: float
    status: int
    retry_after: str | None

    @property
    def seconds(self) -> float:
        return self.answered_at - self.sent_at


@dataclass
class Posting:
    """Clients that post while it is open: `with Posting(port, key) as posting: …`."""

    port: int
    key: str
    clients: int = 6
    # Of this run among others in the same workspace.
    name: str = "posted"
    answers: list[Answer] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for number in range(self.clients):
            self._threads.append(threading.Thread(target=self._post_on, args=(number,), daemon=True))
            self._threads[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def statuses(self, *, since: float = 0.0) -> set[int]:
        """Every status of what was sent since then."""
        return {answer.status for answer in self.answers if answer.sent_at >= since}

    def seconds_until_accepted(self, since: float) -> float | None:
        """From a moment to the first answer of 200 to something sent after it; None where there is none yet."""
        times = [one.answered_at for one in list(self.answers) if one.status == 200 and one.sent_at >= since]
        return min(times) - since if times else None

    def wait_until_accepted(self, since: float, *, seconds: float) -> float:
        """Wait for that answer, and fail without it."""
        while (took := self.seconds_until_accepted(since)) is None:
            assert time.monotonic() < since + seconds, f"nothing accepted {seconds} s after the fault"
            time.sleep(0.005)
        return took

    def _post_on(self, client: int) -> None:
        connection: http.client.HTTPConnection | None = None
        number = 0
        # What was begun is brought to its end: an honest client does not forget an event.
        while not self._stopping.is_set():
            message_id = f"{self.name}-{client}-{number}"
            while True:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
                answer = self._ask(connection, message_id)
                self.answers.append(answer)
                if answer.status == 200:
                    break
                if answer.status == 0:
                    connection.close()
                    connection = None
                time.sleep(PAUSE_S)
            self.accepted.append(message_id)
            number += 1
            time.sleep(PAUSE_S)

    def _ask(self, connection: http.client.HTTPConnection, message_id: str) -> Answer:
        headers = {"Authorization": "Basic " + b64encode(f"{self.key}:".encode()).decode()}
        body = f'{{"anonymousId": "{message_id}", "messageId": "{message_id}", "event": "Seen"}}'
        sent_at = time.monotonic()
        try:
            connection.request("POST", "/v1/track", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return Answer(sent_at, time.monotonic(), 0, None)
        return Answer(sent_at, time.monotonic(), answer.status, answer.headers["Retry-After"])
