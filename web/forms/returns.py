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


def read_cursor(query: Mapping[str, str]) -> int:
    """The row from which a long table is shown. Raises Refusal for what is no row."""
    given = query.get("cursor") or "0"
    if not (given.isascii() and given.isdigit() and len(given) < 7):
        raise Refusal("invalid_cursor", str(_("Take the address of the next rows from the page.")), field="cursor")
    return int(given)
