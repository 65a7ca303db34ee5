"""`manage.py backup FILE`: everything in the database, in one file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Upkeep
from config.alarms import note_upkeep
from config.backup import BackupError, back_up
from config.embedded.database import owners_database


class Command(BaseCommand):
    help = "Write everything in the database into one file; Headwater may be running."
    # The database the checks would ask may not be running.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The backup's file.")

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            with owners_database(settings.DATA_DIR) as owner_url:
                sums = back_up(owner_url, file.absolute())
                note_upkeep(owner_url, Upkeep.Kind.BACKUP, went_well=True, detail=str(file))
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(int(count) for count, _hash in sums.values())
        self.stdout.write(
            f"Backed up {len(sums)} tables with {rows:,} rows to {file}. "
            "Keep the data folder's `secret` as well, elsewhere."
        )
