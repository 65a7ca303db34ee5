"""Account events of the libraries, taken into the audit log: log-ins, passwords, second factors."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as second
from django.contrib.auth import signals as auth
from django.dispatch import Signal

from accounts import audit
from accounts.models import Agency, User

# Signal, what happened, with which result. A refusal has nobody as its actor: who it was is what was not shown.
EVENTS: list[tuple[Signal, str, str]] = [
    (auth.user_logged_in, "log in", "done"),
    (auth.user_logged_out, "log out", "done"),
    (auth.user_login_failed, "log in", "refused"),
    (second.authentication_failed, "second factor", "refused"),
    (second.authenticator_added, "second factor on", "done"),
    (second.authenticator_removed, "second factor off", "done"),
    (second.authenticator_reset, "recovery codes", "done"),
    (account.password_changed, "change password", "done"),
    (account.password_reset, "new password by mail", "done"),
    (account.email_confirmed, "confirm address", "done"),
]


def listen() -> None:
    """Note every one of EVENTS from now on."""
    for signal, action, result in EVENTS:
        signal.connect(_listener(action, result), weak=False, dispatch_uid=f"audit {action} {result}")


def _listener(action: str, result: str) -> Any:
    def hear(sender: Any, request: Any = None, user: Any = None, **told: Any) -> None:
        person = user or _meant(told)
        if not isinstance(person, User):
            audit.note_anyhow(action, result, request=request)
            return
        actor = person if result == "done" else None
        # Once for each agency, so that its owner finds it; and once at all for somebody without any.
        for agency in Agency.objects.filter(memberships__user=person) or [None]:
            audit.note_anyhow(action, result, actor=actor, agency=agency, about=f"user={person.pk}", request=request)

    return hear


def _meant(told: dict[str, Any]) -> User | None:
    if address := told.get("email_address"):
        return address.user
    email = (told.get("credentials") or {}).get("email")
    return User.objects.filter(email=email.strip().lower()).first() if isinstance(email, str) else None
