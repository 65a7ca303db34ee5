"""The filters that only the pages of returns have."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from attribution.core.solved import SOLVED
from common.errors import Refusal
from reports.catalogue.params import GROUPS_SOLVED
from reports.report import Choice
from reports.storage import GROUPS
from web.forms.filters import Menu

USUAL_GROUP = "channel"
GROUP_TITLES: Mapping[str, object] = {
    "channel": _("Channel"),
    "source": _("Source"),
    "medium": _("Medium"),
    "source_medium": _("Source and medium"),
    "campaign": _("Campaign"),
    "content": _("Content"),
    "term": _("Term"),
    "landing_page": _("Landing page"),
}


def group_menu(chosen: str, model: str) -> Menu:
    """What the rows are; models that are solved from paths know channels and campaigns only."""
    known = GROUPS_SOLVED if model in SOLVED else tuple(GROUPS)
    choices = [Choice(name, str(title)) for name, title in GROUP_TITLES.items() if name in known]
    return Menu("group_by", str(_("By")), choices, chosen, USUAL_GROUP)


MEASURE_TITLES: Mapping[str, tuple[object, object]] = {
    "roi": (_("ROI"), _("(revenue − cost) / cost")),
    "roas": (_("ROAS"), _("Revenue / cost")),
    "cpa": (_("CPA"), _("Cost / conversions")),
    "conversion_rate": (_("Conversion rate"), _("Conversions / sessions")),
    "clv": (
        _("Customer lifetime value"),
        _("What a customer of the channel that came first had brought by then"),
    ),
}
STEP_TITLES: Mapping[str, object] = {"week": _("Weeks"), "month": _("Months")}
USUAL_MEASURE = "roi"


def measure_menu(chosen: str) -> Menu:
    """Which figure the cells hold."""
    choices = [Choice(name, str(title), str(explained)) for name, (title, explained) in MEASURE_TITLES.items()]
    return Menu("measure", str(_("Measure")), choices, chosen, USUAL_MEASURE)


def step_menu(chosen: str) -> Menu:
    """Weeks or months."""
    choices = [Choice(name, str(title)) for name, title in STEP_TITLES.items()]
    return Menu("step", str(_("By")), choices, chosen, "week")


def read_measure(query: Mapping[str, str]) -> str:
    """The figure that the address asks for. Raises Refusal."""
    measure = query.get("measure") or USUAL_MEASURE
    if measure not in MEASURE_TITLES:
        raise Refusal("unknown_measure", str(_("Choose one of the measures in the menu.")), field="measure")
    return measure


def read_cursor(query: Mapping[str, str]) -> int:
    """The row from which a long table is shown. Raises Refusal for what is no row."""
    given = query.get("cursor") or "0"
    if not (given.isascii() and given.isdigit() and len(given) < 7):
        raise Refusal("invalid_cursor", str(_("Take the address of the next rows from the page.")), field="cursor")
    return int(given)
