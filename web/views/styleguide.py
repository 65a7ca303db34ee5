"""Every part of the pages in every state, on one sheet."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.periods import Period
from reports.report import Choice
from web import palette
from web.drawing.channels import SHAPES, Palette
from web.forms.filters import Menu, read_bar

ROLES = {
    "page": _("Page"),
    "surface": _("Surface"),
    "sunken": _("Sunken"),
    "line": _("Hairline"),
    "edge": _("Control edge"),
    "text": _("Text"),
    "muted": _("Muted text"),
    "faint": _("Faint text"),
    "accent": _("Accent"),
    "series": _("Series"),
    "good": _("Good"),
    "warn": _("Warning"),
    "bad": _("Bad"),
    "info": _("Info"),
}
TYPES = {
    "finding": (_("Display lost money"), _("Finding 25/33, 560")),
    "figure": ("€139,741", _("Figure 27/34, 600")),
    "page-title": (_("Attribution"), _("Page title 20/28, 620")),
    "panel-title": (_("Who earned it"), _("Panel title 14.5/20, 600")),
    "text": (_("Each touch earns €37.20."), _("Text 14/21, 400")),
    "cell": (_("Paid Search €20,788"), _("Table 13.5/20, 400 to 560")),
    "note": (_("Credited by the linear model"), _("Note 12.5/18, 400")),
}


@dataclass(frozen=True, slots=True)
class Swatch:
    """A channel on the sheet."""

    name: str
    style: str
    shape: str
    colour: palette.Colour


@login_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The reference sheet for whoever builds or checks a page."""
    colours = palette.tokens()
    page = {
        "roles": [(title, colours[name]) for name, title in ROLES.items()],
        "channels": [_swatch(name) for name in SHAPES],
        "own": [f"ch-own-{n}" for n in range(1, 10)],
        "types": [(name, *words) for name, words in TYPES.items()],
        "filters": read_bar(request.GET, Period(date(2026, 10, 24), date(2026, 11, 22)), _menus(request)),
        "section": "styleguide",
    }
    return render(request, "web/styleguide/page.html", page)


def _swatch(name: str) -> Swatch:
    drawn = Palette()
    style = drawn.style(name)
    return Swatch(name, style, drawn.shape(name), palette.channels()[style.removeprefix("ch-")])


def _menus(request: HttpRequest) -> list[Menu]:
    models = [
        Choice("linear", str(_("Linear")), str(_("Equal parts"))),
        Choice("time_decay", str(_("Time decay")), str(_("Later touches more"))),
        Choice("first_touch", str(_("First touch")), str(_("All to the first"))),
        Choice("markov_1", str(_("Markov 1")), str(_("Whole periods only"))),
    ]
    return [Menu("model", str(_("Model")), models, request.GET.get("model", "time_decay"), "linear")]
