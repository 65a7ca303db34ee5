"""Backups: the whole database in one file, with what every table added up to, so that a restore can be believed."""

from config.backup.files import BackupError, read_about
from config.backup.making import back_up
from config.backup.restoring import restore, restore_for_test, restore_here
from config.backup.sums import Sums

__all__ = ["BackupError", "Sums", "back_up", "read_about", "restore", "restore_for_test", "restore_here"]
