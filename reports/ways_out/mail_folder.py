"""Without a mail server mails are files; those about a workspace one file each, which a page can show."""

import hashlib
import os
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend as FileBackend

FILES_SHOWN = 100


class EmailBackend(FileBackend):
    """Django's file backend, but for mails about a workspace: each becomes a file of its own in its folder."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        ours = [mail for mail in email_messages if getattr(mail, "workspace_id", None) is not None]
        for mail in ours:
            _keep(folder_of(mail.workspace_id), mail.message().as_bytes())
        others = [mail for mail in email_messages if mail not in ours]
        # Django's backend makes an empty file of nothing.
        return len(ours) + (super().send_messages(others) or 0 if others else 0)


def is_used() -> bool:
    """Whether mails stay here, because no mail server is named."""
    return str(settings.EMAIL_BACKEND) == f"{__name__}.EmailBackend"


def folder_of(workspace_id: int) -> Path:
    """Where the mails about a workspace lie."""
    folder: Any = settings
    return Path(folder.EMAIL_FILE_PATH) / f"workspace-{workspace_id}"


def list_mails(workspace_id: int) -> list[tuple[str, EmailMessage]]:
    """(name, mail) of the newest hundred, newest first."""
    paths = folder_of(workspace_id).glob("*.eml")
    newest = sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)[:FILES_SHOWN]
    return [(path.stem, _read(path)) for path in newest]


def find_mail(workspace_id: int, name: str) -> EmailMessage | None:
    """The mail of a name from the list; a name that is not on it leads nowhere."""
    path = folder_of(workspace_id) / f"{name}.eml"
    return _read(path) if name.isalnum() and name.isascii() and path.is_file() else None


def _read(path: Path) -> EmailMessage:
    mail: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
    return mail


def _keep(folder: Path, mail: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # By its id, so that the same mail is one file however often it is sent.
    message_id = str(message_from_bytes(mail)["Message-ID"])
    name = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    draft = folder / f"{name}.{os.getpid()}.draft"
    draft.write_bytes(mail)
    draft.chmod(0o600)
    draft.replace(folder / f"{name}.eml")
