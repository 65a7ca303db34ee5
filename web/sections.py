"""The side bar as one table: which pages there are, in which order, and who may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from accounts.permissions import Action, may


@dataclass(frozen=True, slots=True)
class Section:
    """One entry; `name` is that of its address, `phone` says whether it stands in the bar at the bottom."""

    name: str
    title: object
    icon: str
    action: Action
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A section as one person sees it; `current` while they are on one of its pages."""

    href: str
    title: object
    icon: str
    phone: bool
    current: bool


ANSWERS = (
    Section("overview", _("Overview"), "overview", Action.SEE_REPORTS, phone=True),
    Section("attribution", _("Attribution"), "attribution", Action.SEE_REPORTS, phone=True),
    Section("journeys", _("Journeys"), "journeys", Action.SEE_PEOPLE, phone=True),
    Section("funnels", _("Funnels"), "funnels", Action.SEE_REPORTS),
    Section("pipeline", _("Pipeline"), "pipeline", Action.SEE_REPORTS),
    Section("returns", _("Returns"), "returns", Action.SEE_REPORTS, phone=True),
    Section("campaigns", _("Campaigns"), "campaigns", Action.SEE_REPORTS),
    Section("reports", _("Reports"), "mail", Action.SEND_REPORTS),
)
DATA = (
    Section("live-events", _("Live events"), "live", Action.SEE_PEOPLE),
    Section("data-health", _("Data health"), "health", Action.SEE_PEOPLE),
    Section("settings", _("Settings"), "settings", Action.CHANGE_WORKSPACE),
)
# The pages of one workspace's settings, each with an address of its own.
SETTINGS = (
    Section("settings", _("General"), "settings", Action.CHANGE_WORKSPACE),
    Section("goals", _("Goals"), "target", Action.CHANGE_WORKSPACE),
    Section("channel-rules", _("Channel rules"), "attribution", Action.CHANGE_WORKSPACE),
    Section("stages", _("Pipeline stages"), "pipeline", Action.CHANGE_WORKSPACE),
    Section("spend", _("Spend"), "returns", Action.CHANGE_WORKSPACE),
    Section("keys", _("Keys"), "key", Action.MANAGE_KEYS),
    Section("install", _("Install"), "live", Action.CHANGE_WORKSPACE),
)

# The tabs of returns.
RETURNS = (
    Section("returns", _("Returns"), "returns", Action.SEE_REPORTS),
    Section("returns-over-time", _("Over time"), "returns", Action.SEE_REPORTS),
    Section("lifetime-value", _("Lifetime value"), "people", Action.SEE_REPORTS),
)

# The tabs of the weekly report.
REPORTS = (
    Section("reports", _("Schedule"), "mail", Action.SEND_REPORTS),
    Section("report-preview", _("Preview"), "mail", Action.SEND_REPORTS),
    Section("report-deliveries", _("Deliveries"), "send", Action.SEND_REPORTS),
    Section("report-branding", _("Branding"), "settings", Action.CHANGE_BRAND),
    Section("report-outbox", _("Outbox"), "mail", Action.MANAGE_MEMBERS),
)


def links_of(workspace: Workspace, role: str, sections: Iterable[Section], current: str) -> list[Link]:
    """What this role may see of some sections; `current` names the one that is open."""
    found = (_link(section, workspace, current) for section in sections if may(role, section.action))
    return [link for link in found if link is not None]


def _link(section: Section, workspace: Workspace, current: str) -> Link | None:
    try:
        href = reverse(section.name, args=[workspace.slug])
    except NoReverseMatch:
        return None
    return Link(href, section.title, section.icon, section.phone, section.name == current)
