"""`manage.py token`: a new token for programs, on the last line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import create_api_token
from accounts.models import Agency, Scope


class Command(BaseCommand):
    help = "Make an API token of an agency; it is printed on the last line and cannot be read again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agency", required=True, help="The agency's short name, for example demo.")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.READ.value, help="What it may do.")
        parser.add_argument("--name", default="", help="What it is for, to tell it from others.")

    def handle(self, *, agency: str, scope: str, name: str, **_: Any) -> None:
        owner = Agency.objects.filter(slug=agency).first()
        if owner is None:
            known = ", ".join(Agency.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no agency {agency}. Agencies: {known}.")
        _, secret = create_api_token(owner, scope=Scope(scope), name=name or "manage.py token")
        self.stdout.write(secret)
