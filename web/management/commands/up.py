"""`manage.py up`: start everything, keep it running, stop everything."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.embedded.launch import Launch, Wishes


class Command(BaseCommand):
    help = "Start the servers, the web process, the worker and the clock; Ctrl-C stops them all."
    # The database the checks would ask is not running yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="The port to listen on (default 8000).")
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen on (default 127.0.0.1).")
        parser.add_argument("--no-demo", action="store_true", help="Do not make the demo agency.")

    def handle(self, *, port: int, host: str, no_demo: bool, **_: Any) -> None:
        wishes = Wishes(host=host, port=port, demo=not no_demo)
        sys.exit(Launch(settings.DATA_DIR, wishes).run())
