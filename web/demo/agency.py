"""Marlow & Pike: the demo's agency, its three clients as workspaces, and a log-in for each kind of person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.text import slugify

from accounts.actions import create_agency, create_workspace, make_demo_user
from accounts.models import Agency, Role, Workspace, WorkspaceAccess
from accounts.tenancy import TenantModel, workspace_scope
from attribution.actions import hold_numbers
from reports.deliveries.schedules import Wish, save_schedule
from tracking.actions import create_default_goals, create_goal, hold_settings, set_pipeline
from web.demo import dentist, software
from web.demo.dentist import DENTIST
from web.demo.shop import SHOP
from web.demo.software import SOFTWARE
from web.demo.story import Client

NAME = "Marlow & Pike"
# No secret: it is printed, and the log-ins are off on any address that others can reach.
PASSWORD = "headwater-demo"  # noqa: S105
MONDAY_MORNING = Wish(is_on=True, weekday=0, hour=8, goal_id=None, model="linear", words="")


@dataclass(frozen=True)
class Setup:
    """A client, the settings of its workspace, its goals (the first leads) and the stages of its pipeline."""

    client: Client
    settings: Mapping[str, Any]
    goals: Sequence[Mapping[str, Any]] = ()
    stages: Sequence[Mapping[str, str]] = ()
    # Whether a report is made every Monday; to whom it goes, people say themselves.
    mailed: bool = True

    @property
    def slug(self) -> str:
        """How the address of its workspace begins, whatever it is called later."""
        return slugify(self.client.name)


@dataclass(frozen=True)
class Person:
    """Somebody to log in as; a client sees the workspaces of `given` (slugs) only."""

    email: str
    name: str
    role: Role
    given: Sequence[str] = field(default=())


SETUPS = (
    Setup(
        SHOP,
        {"timezone": "Europe/Amsterdam", "currency": "EUR", "own_domains": ["northwind-bikes.example"]},
    ),
    Setup(
        SOFTWARE,
        {
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "own_domains": ["alder-finch.example"],
            "lookback_days": 180,
            "half_life_days": 30,
        },
        goals=[{"name": "deal won", "event": software.WON}],
        stages=software.STAGES,
    ),
    Setup(
        DENTIST,
        {"timezone": "Europe/London", "currency": "GBP", "own_domains": ["harbour-dental.example"]},
        goals=[
            {"name": "booking", "event": dentist.BOOKED},
            {"name": "phone call", "event": dentist.CALLED, "value": 35},
        ],
        mailed=False,
    ),
)
PEOPLE = (
    Person("demo@example.com", "Nora Marlow", Role.OWNER),
    Person("analyst@example.com", "Ben Pike", Role.ANALYST),
    Person("client@example.com", "Femke de Vries", Role.CLIENT, given=("northwind-bikes",)),
)


def make_demo() -> dict[str, Workspace]:
    """Make whatever is missing of the demo; its workspaces by the slugs of their setups."""
    agency = find_agency() or _make_agency()
    workspaces = {setup.slug: find_workspace(agency, setup) or make_workspace(agency, setup) for setup in SETUPS}
    for person in PEOPLE:
        _let_in(person, agency, workspaces)
    return workspaces


def find_agency() -> Agency | None:
    """The demo's agency, if it is there."""
    return Agency.objects.filter(is_demo=True).order_by("pk").first()


def find_workspace(agency: Agency, setup: Setup) -> Workspace | None:
    """The workspace of a demo client, if it is there."""
    found = Workspace.objects.filter(agency=agency, slug__startswith=setup.slug)
    return found.select_related("agency").order_by("pk").first()


def is_told(workspace: Workspace) -> bool:
    """Whether the demo tells this workspace's story; people may make others beside it."""
    return workspace.agency.is_demo and workspace.slug.startswith(tuple(setup.slug for setup in SETUPS))


def make_workspace(agency: Agency, setup: Setup) -> Workspace:
    """A demo client's workspace with its goals and stages."""
    with transaction.atomic():
        workspace, _ = create_workspace(agency, name=setup.client.name, **setup.settings)
        for goal in setup.goals:
            create_goal(workspace, **goal)
        if not setup.goals:
            create_default_goals(workspace)
        if setup.stages:
            set_pipeline(workspace, setup.stages)
        if setup.mailed:
            save_schedule(workspace, MONDAY_MORNING, now=workspace.created_at)
    return workspace


def remove_workspace(workspace: Workspace) -> None:
    """Take a workspace away with everything that belongs to it; waits for the workers that are busy with it."""
    with workspace_scope(workspace):
        # In the order in which workers take them: whoever holds rows and then waits for us would wait for ever, and
        # whoever writes while we delete would leave rows behind that belong to nobody.
        hold_settings(workspace)
        hold_numbers(workspace)
        for table in apps.get_models():
            if issubclass(table, TenantModel):
                table.objects.of(workspace).delete()
        workspace.delete()


def _make_agency() -> Agency:
    # The short name is what commands ask for: --agency demo.
    agency = create_agency("Demo", is_demo=True)
    Agency.objects.filter(pk=agency.pk).update(name=NAME)
    agency.name = NAME
    return agency


def _let_in(person: Person, agency: Agency, workspaces: Mapping[str, Workspace]) -> None:
    member = make_demo_user(agency, email=person.email, password=PASSWORD, name=person.name, role=person.role)
    for slug in person.given:
        WorkspaceAccess.objects.get_or_create(membership=member, workspace=workspaces[slug])
