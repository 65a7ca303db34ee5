"""`manage.py create_agency`: the first real agency, with a log-in of its owner."""

import getpass
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts.actions import create_agency, create_membership, create_user
from accounts.models import Role, User


class Command(BaseCommand):
    help = "Make an agency and the log-in of its owner. Asks for a password, or makes one when nobody is there."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="The agency's name.")
        parser.add_argument("--email", required=True, help="The owner's e-mail address; they log in with it.")

    def handle(self, *, name: str, email: str, **_: Any) -> None:
        check_email(email)
        if not name.strip() or len(name) > 120:
            raise CommandError("--name: between 1 and 120 characters, please.")
        asked = sys.stdin.isatty()
        password = ask_password() if asked else secrets.token_urlsafe(15)
        with transaction.atomic():
            agency = create_agency(name.strip())
            create_membership(create_user(email, password), agency, Role.OWNER)
        self.stdout.write(f"Made the agency {agency.slug}; its owner logs in as {email.lower()}.")
        if not asked:
            self.stdout.write(f"Password: {password}")


def check_email(email: str) -> None:
    """Refuse what is no address, and an address that somebody has already."""
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"--email: {email} is not an e-mail address.") from error
    if User.objects.filter(email=email.lower()).exists():
        raise CommandError(f"--email: {email} has a log-in already.")


def ask_password() -> str:
    """Ask twice, and refuse what is too easy to guess."""
    password = getpass.getpass("Password: ")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ.")
    return password
