"""The parts that every page is put together from: icons, the theme, the initials of a name."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from reports.report import Choice
from web.forms.filters import Menu
from web.icons import ICONS
from web.sections import ANSWERS, DATA, REPORTS, RETURNS, SETTINGS, Link, links_of
from web.theme import theme_of

register = template.Library()
BARS = {"answers": ANSWERS, "data": DATA, "settings": SETTINGS, "returns": RETURNS, "reports": REPORTS}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of 16 by 16 in the colour of the text beside it, silent for screen readers."""
    return format_html(
        '<svg class="icon {}" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
        classes,
        mark_safe(ICONS[name]),  # noqa: S308 (our own drawings)
    )


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """light, dark or system, as this browser's person chose."""
    return theme_of(context.get("request"))


@register.filter
def initials(name: str) -> str:
    """NB for "Northwind Bikes": the first letters of the first two words."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "–"


@register.simple_tag(takes_context=True)
def nav_links(context: dict[str, Any], which: str, current: str) -> list[Link]:
    """The entries of a bar that this page's person may see; none outside a workspace."""
    workspace = context.get("workspace")
    return links_of(workspace, context.get("role") or "", BARS[which], current) if workspace else []


@register.simple_tag(takes_context=True)
def filter_address(context: dict[str, Any], menu: Menu, choice: Choice) -> str:
    """The page's address with one filter set otherwise, and from the first row on."""
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    query.pop("export", None)
    if choice.value == menu.usual:
        query.pop(menu.name, None)
    else:
        query[menu.name] = choice.value
    return f"?{query.urlencode()}" if query else context["request"].path
