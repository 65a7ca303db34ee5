"""`manage.py restore FILE`: a new database from such a file; with `--test`, one that is thrown away."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Upkeep
from config.alarms import note_upkeep
from config.backup import BackupError, Sums, restore_for_test, restore_here
from config.embedded.database import owners_database


class Command(BaseCommand):
    help = "Fill a new data folder or database from a backup; refused where there is anything already."
    # The database the checks would ask may not be running.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The backup's file.")
        parser.add_argument(
            "--test",
            action="store_true",
            help="Restore into a database that is thrown away, compare it, and write down whether that went well.",
        )

    def handle(self, *, file: Path, test: bool, **_: Any) -> None:
        try:
            sums = self._test(file.absolute()) if test else self._restore(file.absolute())
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(int(count) for count, _hash in sums.values())
        done = "Tested the restore of" if test else "Restored"
        self.stdout.write(f"{done} {len(sums)} tables with {rows:,} rows from {file}; every table is as it was.")

    def _restore(self, file: Path) -> Sums:
        return restore_here(settings.DATA_DIR, file)

    def _test(self, file: Path) -> Sums:
        with owners_database(settings.DATA_DIR) as owner_url:
            try:
                sums = restore_for_test(owner_url, file)
            except BackupError as error:
                note_upkeep(owner_url, Upkeep.Kind.RESTORE_TEST, went_well=False, detail=f"{file}: {error}")
                raise
            note_upkeep(owner_url, Upkeep.Kind.RESTORE_TEST, went_well=True, detail=str(file))
            return sums
