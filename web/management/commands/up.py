"""`manage.py up`: start everything, keep it running, stop everything."""

import sys
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.embedded.launch import PARTS, Launch, Wishes


def parts_of(text: str) -> frozenset[str]:
    """The parts a list with commas names."""
    parts = frozenset(text.split(","))
    if not parts <= PARTS:
        raise ArgumentTypeError(f"choose among {', '.join(sorted(PARTS))}")
    return parts


class Command(BaseCommand):
    help = "Start the servers, the web process, the worker and the clock; Ctrl-C stops them all."
    # The database the checks would ask is not running yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="The port to listen on (default 8000).")
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen on (default 127.0.0.1).")
        parser.add_argument("--no-demo", action="store_true", help="Do not make the demo agency.")

        parser.add_argument(
            "--only", type=parts_of, default=PARTS, help="Only these of web, worker and clock, with commas between."
        )

    def handle(self, *, port: int, host: str, no_demo: bool, only: frozenset[str], **_: Any) -> None:
        wishes = Wishes(host=host, port=port, demo=not no_demo, parts=only)
        sys.exit(Launch(settings.DATA_DIR, wishes).run())
