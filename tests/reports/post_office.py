"""A mail server on this machine that keeps what it takes, and may refuse, break off or kill the sender."""

import os
import signal
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class QuietServer(SMTP):
    """One that reads the longest lines of a mail with pictures."""

    line_length_limit = 10_000


class PostOffice(Controller):
    """`taken` holds every mail that was accepted; `answers` are given to the next mails instead of 250."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: list[str] = []
        self.at_rcpt: list[str] = []
        # Called with the peer when it says hello, and when a mail is in, before we say so.
        self.on_hello: Callable[[], None] = lambda: None
        self.on_mail: Callable[[], None] = lambda: None
        super().__init__(self, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        return QuietServer(self, enable_SMTPUTF8=True)

    @property
    def address(self) -> int:
        """The port it listens on."""
        assert self.server is not None
        return int(self.server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        # The library knocks at the port it was given; ours is chosen by the system.
        self.port = self.address
        super()._trigger_server()

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        session.host_name = hostname
        self.on_hello()
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        mail: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append(mail)
        self.recipients += envelope.rcpt_tos
        self.on_mail()
        return "250 OK"


def kill(pid: int) -> None:
    """As nothing can prepare for."""
    os.kill(pid, signal.SIGKILL)
