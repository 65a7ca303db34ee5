"""What forms need beyond Django's own: ids of repeated parts, and values by a name that is itself a value."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def with_id(text: str, number: object) -> str:
    """revoke-7: a name for one of many."""
    return f"{text}-{number}"


@register.filter
def at(values: Mapping[str, Any] | None, name: object) -> Any:
    """The value of that name; None without one."""
    return values.get(str(name)) if values else None
