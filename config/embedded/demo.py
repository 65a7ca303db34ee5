"""The demo agency: a log-in for this machine only, and a workspace filled through our own collector."""

import sys
from pathlib import Path

from config.embedded.stack import ROOT
from config.embedded.supervisor import Program

EMAIL = "demo@example.com"
# No secret: it is printed, and the log-in is off on any address that others can reach.
PASSWORD = "headwater-demo"  # noqa: S105


def allow_log_in(allowed: bool) -> None:
    """Switch the demo users on or off."""
    from accounts.models import User

    User.objects.filter(is_demo=True).update(is_active=allowed)


def make_agency() -> None:
    """Make the demo agency and its log-in where they are missing."""
    from accounts.actions import create_agency, make_demo_user
    from accounts.models import Agency

    agency = Agency.objects.filter(is_demo=True).first() or create_agency("Demo", is_demo=True)
    make_demo_user(agency, email=EMAIL, password=PASSWORD)


def is_filled(data_dir: Path) -> bool:
    """Whether the demo was once filled to its end from this data folder."""
    return (data_dir / "demo-filled").exists()


def note_filled(data_dir: Path) -> None:
    """Remember that the demo is complete."""
    (data_dir / "demo-filled").touch()


def filling_program(url: str, environ: dict[str, str]) -> Program:
    """The command that posts a month of journeys to our own collector; safe to repeat."""
    return Program("demo", [sys.executable, str(ROOT / "manage.py"), "demo", "--url", url], environ=environ, once=True)
