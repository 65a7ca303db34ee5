"""The filters of the attribution pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.periods import Period
from reports.catalogue.over_time import read_interval
from reports.catalogue.within import Within
from reports.report import Choice
from web.forms.filters import Menu
from web.forms.returns import GROUP_TITLES

INTERVAL_TITLES: Mapping[str, object] = {
    "day": gettext_lazy("Days"),
    "week": gettext_lazy("Weeks"),
    "month": gettext_lazy("Months"),
}
MOST_BARS = 100
LENGTHS = {"day": 1, "week": 7, "month": 28}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """One condition a page is narrowed to, in words; `name` is its parameter."""

    name: str
    title: str
    value: str


# What one page of the section hands to the next.
CARRIED = ("period", "start", "end", "compare", "goal", "model", "interval")


def choose_interval(query: Mapping[str, str], days: Period) -> tuple[str, Menu]:
    """How finely time is cut, and the menu of it: days, for long periods weeks or months, and never too many.

    A page with a bar for each of two thousand days would show nothing. Raises Refusal for what is no interval.
    """
    fits = [name for name, length in LENGTHS.items() if days.days <= length * MOST_BARS] or ["month"]
    usual = fits[0]
    asked = read_interval(query) if query.get("interval") else usual
    chosen = asked if asked in fits else usual
    choices = [Choice(name, str(INTERVAL_TITLES[name])) for name in fits]
    return chosen, Menu("interval", _("Over"), choices, chosen, usual)


def carry(query: Mapping[str, str], *left_out: str, **more: str) -> str:
    """The filters as an address's query, for a link to another page of the section: `model=shapley&goal=3`."""
    kept = {name: query[name] for name in CARRIED if query.get(name) and name not in left_out}
    return urlencode(kept | more)


def name_within(within: Within) -> list[Narrowed]:
    """What the page is narrowed to, for its head and for the way back."""
    return [Narrowed(group, str(GROUP_TITLES[group]), value or _("None")) for group, value in within.items()]
