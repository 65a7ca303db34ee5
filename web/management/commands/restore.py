"""`manage.py restore FILE`: a new database from such a file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import BackupError, restore
from config.embedded.database import owners_database


class Command(BaseCommand):
    help = "Fill a new data folder or database from a backup; refused where there is anything already."
    # The database the checks would ask may not be running.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The backup's file.")

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            with owners_database(settings.DATA_DIR) as owner_url:
                sums = restore(owner_url, file.absolute())
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(int(count) for count, _hash in sums.values())
        self.stdout.write(f"Restored {len(sums)} tables with {rows:,} rows from {file}; every table is as it was.")
