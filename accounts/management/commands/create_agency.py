"""`manage.py create_agency "Bright & Co" --owner-email a@b.example`: the first real agency and its owner."""

import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.actions import create_agency, create_membership, create_user
from accounts.models import Role, User


class Command(BaseCommand):
    help = "Make an agency and its owner, who can then log in."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The agency's name.")
        parser.add_argument("--owner-email", required=True, help="The owner's e-mail address, used to log in.")
        parser.add_argument("--password-stdin", action="store_true", help="Read the password from standard input.")

    def handle(self, *, name: str, owner_email: str, password_stdin: bool, **_: object) -> None:
        email = check_email(owner_email)
        if not name.strip() or len(name) > 120:
            raise CommandError("The name needs 1 to 120 characters.")
        known = User.objects.filter(email=email).first()
        password, is_made_up = ("", False) if known else read_password(from_stdin=password_stdin)
        with transaction.atomic():
            owner = known or create_user(email, password)
            agency = create_agency(name.strip())
            create_membership(owner, agency, Role.OWNER)
        self.stdout.write(f"Made the agency {agency.slug}; {email} owns it.")
        if known:
            self.stdout.write("That user was there already and keeps their password.")
        if is_made_up:
            self.stdout.write(f"Password, shown only once: {password}")


def check_email(given: str) -> str:
    """The address in lower case; raises CommandError for what is none."""
    email = given.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{given!r} is not an e-mail address.") from error
    return email


def read_password(*, from_stdin: bool) -> tuple[str, bool]:
    """The password and whether we made it up: from standard input, asked for at a terminal, else made up."""
    if from_stdin:
        return check_password(sys.stdin.readline().rstrip("\r\n")), False
    if not sys.stdin.isatty():
        return secrets.token_urlsafe(18), True
    password = check_password(getpass("Password for the owner: "))
    if getpass("Again: ") != password:
        raise CommandError("The two passwords differ.")
    return password, False


def check_password(password: str) -> str:
    """The password; raises CommandError with the rules it breaks."""
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password
