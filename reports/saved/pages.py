"""Pages whose address is a question, and the filters that each of them knows; nothing else is ever kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Workspace
from accounts.permissions import Action
from attribution.core.solved import MODELS
from common.errors import Refusal
from reports.catalogue.params import find_goal, read_day
from reports.storage import GROUPS

MOST_VALUE, MOST_QUERY = 1_000, 4_000
_DAYS = ("period", "start", "end")
_CREDIT = (*_DAYS, "compare", "goal", "model")


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page by the name of its address: its title, its filters in their order, and what seeing it needs."""

    title: object
    filters: tuple[str, ...]
    action: Action = Action.SEE_REPORTS


PAGES: Mapping[str, KeptPage] = {
    "overview": KeptPage(gettext_lazy("Overview"), _CREDIT),
    "attribution": KeptPage(gettext_lazy("Attribution, models"), (*_CREDIT, "interval")),
    "attribution-by": KeptPage(gettext_lazy("Attribution by group"), (*_CREDIT, "group_by", "q", *GROUPS)),
    "attribution-people": KeptPage(
        gettext_lazy("Attribution, people"), (*_DAYS, "goal", "model", *GROUPS), Action.SEE_PEOPLE
    ),
    "attribution-look-back": KeptPage(gettext_lazy("Attribution, look-back"), (*_DAYS, "goal", "model")),
    "attribution-paths": KeptPage(
        gettext_lazy("Attribution, top paths"), (*_DAYS, "compare", "goal", "repeats", "steps")
    ),
    "attribution-timing": KeptPage(gettext_lazy("Attribution, time and length"), (*_DAYS, "compare", "goal")),
    "journeys": KeptPage(gettext_lazy("Journeys"), (*_DAYS, "converted", "channel"), Action.SEE_PEOPLE),
    "pipeline": KeptPage(gettext_lazy("Pipeline"), (*_DAYS, "compare", "model", "window_days", "breakdown")),
    "returns": KeptPage(gettext_lazy("Returns"), (*_CREDIT, "group_by")),
    "returns-over-time": KeptPage(gettext_lazy("Returns over time"), (*_DAYS, "goal", "model", "measure", "step")),
    "campaigns": KeptPage(gettext_lazy("Campaigns"), (*_CREDIT, "q")),
    "live-events": KeptPage(gettext_lazy("Live events"), ("fate", "event", "source"), Action.SEE_PEOPLE),
    "lifetime-value": KeptPage(gettext_lazy("Lifetime value"), ("goal", "as_of", "margin", "lifetime_years")),
}


def pick_filters(page: str, query: Mapping[str, str]) -> dict[str, str]:
    """What a page's address says of its filters, in their order; where in a long table it is does not belong to it."""
    return {name: query[name] for name in PAGES[page].filters if query.get(name)}


def write_filters(page: str, filters: Mapping[str, str]) -> str:
    """The filters as a query string, in the page's own order, so that equal ones are equal texts."""
    return urlencode(pick_filters(page, filters))


def check_filters(workspace: Workspace, page: str, filters: Mapping[str, str]) -> None:
    """Raise Refusal naming the filter that the page does not know, or that cannot be what it says."""
    for name, value in filters.items():
        if name not in PAGES[page].filters:
            message = _("This page has no such filter. It knows: %(known)s.")
            known = ", ".join(PAGES[page].filters)
            raise Refusal("unknown_filter", message % {"known": known}, field=f"filters.{name[:40]}")
        if "\0" in value or len(value) > MOST_VALUE:
            message = _("Write at most %(most)d characters.") % {"most": MOST_VALUE}
            raise Refusal("invalid", message, field=f"filters.{name}")
    if len(write_filters(page, filters)) > MOST_QUERY:
        raise Refusal("too_long", _("These filters are too long to be kept together."), field="filters")
    _check_values(workspace, filters)


def _check_values(workspace: Workspace, filters: Mapping[str, str]) -> None:
    try:
        for name in ("start", "end", "as_of"):
            read_day(filters, name)
        if filters.get("goal"):
            find_goal(workspace, filters["goal"])
    except Refusal as wrong:
        raise Refusal(wrong.code, wrong.message, field=f"filters.{wrong.field}") from wrong
    if filters.get("model") and filters["model"] not in MODELS:
        message = _("This model is not known. Known: %(known)s.") % {"known": ", ".join(MODELS)}
        raise Refusal("unknown_model", message, field="filters.model")
