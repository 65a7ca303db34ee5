"""How log-ins behave here, where the library lets us choose: no sign-up, links of ours, secrets sealed."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import outbox


class AccountAdapter(DefaultAccountAdapter):
    """Log-in by e-mail for people an agency has let in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # The same words for an unknown address, a wrong password and a log-in that is switched off.
        "email_password_mismatch": _(
            "E-mail and password do not belong together. Check both; capitals count in the password."
        ),
        "too_many_login_attempts": _("Too many tries with this log-in. Wait an hour, or choose a new password."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not right, or was used already. Wait for the next one."),
        "rate_limited": _("Too many tries. Wait a little."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        # A page of its own for those who are switched off would tell that the password was right.
        return user if user is not None and user.is_active else None

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return our_address(path.replace("UID-KEY", key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return our_address(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        message: EmailMessage = super().render_mail(*args, **kwargs)
        # A mail server takes its time, and may be away.
        message.connection = outbox.Outbox()
        return message

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host, whose names an attacker could go through.
        return str(credentials.get("email", "")).lower()

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: each page says itself what has happened."""


class MfaAdapter(DefaultMFAAdapter):
    """The second factor: its secrets are kept sealed, with a key that is not in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or was used already. Wait for the next one."),
    }

    def get_totp_issuer(self) -> str:
        return "Headwater"

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()


def our_address(path: str) -> str:
    """The full address of a page of ours; from the settings, for anybody may write the Host of a request."""
    return settings.BASE_URL.rstrip("/") + path


def client_address(request: HttpRequest) -> str:
    """Whose request it is: the socket's address, or what the proxies we trust have noted."""
    noted = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    if 0 < trusted <= len(noted) and noted[-trusted]:
        return noted[-trusted]
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def _seal() -> Fernet:
    key = hashlib.sha256(b"second factor\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
