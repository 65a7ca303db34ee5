"""`manage.py replay WORKSPACE`: have events that were put aside derived once more, after what kept them is mended."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Workspace
from tracking.actions.quarantine import replay_quarantined


class Command(BaseCommand):
    help = (
        "Put the quarantined events of a workspace back into its inbox; those that still fail come back by themselves."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", help="its id as in addresses")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {options['workspace']}.")
        self.stdout.write(f"{replay_quarantined(workspace)} events wait to be derived again.")
