"""`manage.py token --agency demo --scope manage`: a new API token, printed on the last line."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actions import create_api_token
from accounts.models import Agency, Scope, Workspace


class Command(BaseCommand):
    help = "Make an API token for an agency, or for one workspace of it, and print it: it cannot be shown again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agency", required=True, help="The agency's slug.")
        parser.add_argument("--workspace", help="The slug of the one workspace the token may see.")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.READ.value, help="Default: read.")
        parser.add_argument("--name", default="manage.py token", help="A name to tell tokens apart.")
        parser.add_argument("--days", type=int, help="Days until it expires; without, it does not.")

    def handle(
        self, *, agency: str, workspace: str | None, scope: str, name: str, days: int | None, **_: object
    ) -> None:
        owner = find_agency(agency)
        token, secret = create_api_token(
            owner,
            workspace=find_workspace(owner, workspace) if workspace else None,
            scope=Scope(scope),
            name=name,
            expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
        )
        self.stdout.write(f"Token {token.pk} for {owner.slug}, scope {scope}. It is shown only once:")
        self.stdout.write(secret)


def find_agency(slug: str) -> Agency:
    """The agency; raises CommandError naming those there are."""
    found = Agency.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Agency.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(f"There is no agency {slug!r}. There are: {known}.")
    return found


def find_workspace(agency: Agency, slug: str) -> Workspace:
    """The agency's workspace; raises CommandError naming those there are."""
    found = Workspace.objects.filter(agency=agency, slug=slug).first()
    if found is None:
        known = ", ".join(agency.workspaces.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(f"{agency.slug} has no workspace {slug!r}. It has: {known}.")
    return found
