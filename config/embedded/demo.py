"""The demo agency: log-ins for this machine only, and workspaces filled through our own collector."""

import sys

from config.embedded.stack import ROOT
from config.embedded.supervisor import Program

# As often as this what has happened since is posted, so that nobody's workspace goes silent.
REFRESH_SECONDS = 600


def allow_log_in(allowed: bool) -> None:
    """Switch the demo users on or off."""
    from accounts.models import User

    User.objects.filter(is_demo=True).update(is_active=allowed)


def make_agency() -> list[str]:
    """Make the demo agency, its workspaces and log-ins where they are missing; a line on each log-in."""
    from web.demo.agency import PASSWORD, PEOPLE, make_demo

    make_demo()
    return [f"{person.email}  password: {PASSWORD}  ({person.role.label.lower()})" for person in PEOPLE]


def filling_program(url: str, environ: dict[str, str]) -> Program:
    """The command that posts what is missing of the demo to our own collector; safe to repeat."""
    return Program("demo", [sys.executable, str(ROOT / "manage.py"), "demo", "--url", url], environ=environ, once=True)
