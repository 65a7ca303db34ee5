"""The way to the mail server: who mails come from, and sending one."""

from email.utils import formataddr, parseaddr
from smtplib import SMTP

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from reports.ways_out.letter import one_line


def sender_of(agency: str) -> str:
    """The agency's name at the address that this server may send from."""
    return formataddr((one_line(agency), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def sender_domain() -> str:
    """The part behind the @ of that address, for Message-IDs."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def open_connection() -> BaseEmailBackend:
    """A connection that the mail server has accepted; raises SMTPException or OSError."""
    connection: BaseEmailBackend = get_connection(fail_silently=False)
    connection.open()
    server = getattr(connection, "connection", None)
    if isinstance(server, SMTP):
        # Said now, so that a server that is in no state to answer is found out before a letter is on its way.
        server.ehlo_or_helo_if_needed()
    return connection


def send_now(mail: EmailMessage, *, workspace_id: int) -> None:
    """Send one mail about a workspace; raises SMTPException or OSError."""
    mark_workspace(mail, workspace_id)
    connection = open_connection()
    try:
        connection.send_messages([mail])
    finally:
        connection.close()


def mark_workspace(mail: EmailMessage, workspace_id: int) -> None:
    """Say whose mail it is, to a folder of ours; nothing of it is sent along."""
    mail.workspace_id = workspace_id  # type: ignore[attr-defined]
