"""What forms need beyond Django's own: ids of repeated parts, and values by a name that is itself a value."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from common.money import from_micros

register = template.Library()


@register.filter
def with_id(text: str, number: object) -> str:
    """revoke-7: a name for one of many."""
    return f"{text}-{number}"


@register.filter
def at(values: Mapping[str, Any] | None, name: object) -> Any:
    """The value of that name; None without one."""
    return values.get(str(name)) if values else None


@register.filter
def micros(amount: int | None) -> Decimal:
    """An amount kept in millionths, as money."""
    return from_micros(amount or 0)


@register.filter
def number(value: object) -> int:
    """A whole number that a template made text."""
    return int(str(value))
