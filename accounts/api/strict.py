"""JSON has types: what is described as text is text, and a number that would pass for one is told so."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import Field

Found = dict[str, Any]


def find_wrong_types(field: Field[Any, Any, Any, Any] | serializers.BaseSerializer[Any] | None, value: Any) -> Any:
    """What is of another type than described, as errors are nested; nothing if all is well.

    Only for values the field takes: it has refused everything else in its own words.
    """
    match field:
        case serializers.ListSerializer() | serializers.ListField() if isinstance(value, list):
            found = {str(place): find_wrong_types(field.child, one) for place, one in enumerate(value)}
            return {place: wrong for place, wrong in found.items() if wrong}
        case serializers.Serializer() if isinstance(value, dict):
            inside = {name: one for name, one in field.fields.items() if name in value and not one.read_only}
            found = {name: find_wrong_types(one, value[name]) for name, one in inside.items()}
            return {name: wrong for name, wrong in found.items() if wrong}
        case serializers.CharField() if value is not None and not isinstance(value, str):
            return [_("Write a text.")]
        case serializers.BooleanField() if value is not None and not isinstance(value, bool):
            return [_("Write true or false.")]
        case serializers.IntegerField() | serializers.FloatField() if not _is_number(value):
            return [_("Write a number.")]
        case _:
            return None


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
