"""What a new workspace is asked for; checked by the same rules as over the API."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from common.money import is_currency
from tracking.api.serializers import WorkspaceSerializer

FIELDS = ("name", "timezone", "currency", "own_domains")
USUAL = {"name": "", "timezone": "Europe/London", "currency": "EUR", "own_domains": ""}


def list_zones() -> list[str]:
    """Time zones by continent and city; those without a city are other names of them."""
    cities = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "US/")))
    return [*sorted(cities), "UTC"]


def list_money() -> list[str]:
    """Codes of currencies that we keep amounts in."""
    return sorted(code for code in list_currencies() if is_currency(code))


def read_workspace(posted: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings that were sent, and for each field that cannot be so a sentence; one of the two is empty."""
    domains = [word for word in posted.get("own_domains", "").replace(",", " ").split() if word]
    given = {name: posted.get(name, "") for name in FIELDS} | {"own_domains": domains}
    serializer = WorkspaceSerializer(data=given)
    if not serializer.is_valid():
        return {}, {name: _first(said) for name, said in serializer.errors.items() if name in FIELDS}
    return {name: serializer.validated_data[name] for name in FIELDS}, {}


def _first(said: Any) -> str:
    """The first sentence, however deep it lies: lists have their errors by place."""
    while not isinstance(said, str):
        said = next(iter(said.values() if isinstance(said, dict) else said), _("Give another value."))
    return said
