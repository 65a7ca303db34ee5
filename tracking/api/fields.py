"""Fields of our own: each turns what was posted into the value we keep, or says what would be right."""

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.money import MICROS, MOST_MICROS, is_currency
from tracking.core.channel_rules import FIELDS, OPERATORS, RuleError, parse_channel_rules
from tracking.core.goals import OPERATORS as GOAL_OPERATORS
from tracking.core.goals import check_pattern
from tracking.core.urls import normalise_domains

MAX_CONDITIONS = 20
MAX_TEXT = 200


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


class ZoneField(serializers.CharField):
    """A time zone by its IANA name."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in _zones():
            raise serializers.ValidationError(_("Name a time zone as in Europe/Amsterdam."), code="unknown_timezone")
        return ZoneInfo(name).key


class CurrencyField(serializers.CharField):
    """A currency by its three letters."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if not is_currency(code):
            raise serializers.ValidationError(
                _("Name a currency by its three letters, as in EUR."), code="unknown_currency"
            )
        return code


class DomainField(serializers.CharField):
    """A domain, kept as its bare host: `https://www.Shop.example/` is shop.example."""

    def to_internal_value(self, data: Any) -> str:
        hosts = normalise_domains(frozenset({super().to_internal_value(data)}))
        if not hosts:
            raise serializers.ValidationError(_("Write a domain as in shop.example."), code="invalid_domain")
        return next(iter(hosts))


class ShortListField(serializers.ListField):
    """A list whose length is looked at before its entries: a megabyte of wrong ones is one error, not thousands."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(max_length=most, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > self.most:
            raise serializers.ValidationError(_("At most %(most)d entries.") % {"most": self.most}, code="max_length")
        return super().to_internal_value(data)


class DomainsField(ShortListField):
    """Domains without repeats, in the order given."""

    child = DomainField(max_length=2_000)

    def __init__(self, **options: Any) -> None:
        super().__init__(most=200, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class DaysField(serializers.FloatField):
    """A length in days, whole or not."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


_TEXT = {"type": "string", "maxLength": MAX_TEXT}


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["channel", "all"],
            "properties": {
                "channel": {"type": "string"},
                "all": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "op", "value"],
                        "properties": {
                            "field": {"type": "string", "enum": list(FIELDS)},
                            "op": {"type": "string", "enum": list(OPERATORS)},
                            "value": _TEXT,
                        },
                    },
                },
            },
        },
    }
)
class ChannelRulesField(serializers.Field):
    """A workspace's own channel rules, tried in order before ours."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            parse_channel_rules(data)
        except RuleError as error:
            # The path is told from the body's root; DRF puts the field's own name in front again.
            path = error.field.partition(".")[2]
            raise serializers.ValidationError({path: error.message} if path else error.message) from None
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "oneOf": [{"type": "string", "enum": ["auto"]}, {"type": "number"}],
        "nullable": True,
        "description": "`auto`: read from the event; a number: that much each; null: no value.",
    }
)
class GoalValueField(serializers.Field):
    """ "auto", a number or null; kept as (kind, micros)."""

    def to_internal_value(self, data: Any) -> str | Decimal:
        if data == "auto":
            return "auto"
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError(_('Write "auto", a number or null.'))
        if not 0 <= data <= MOST_MICROS // MICROS:
            raise serializers.ValidationError(_("Choose 0 to %(most)s.") % {"most": f"{MOST_MICROS // MICROS:,}"})
        return Decimal(repr(data)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"description": "Text, a number, true, false or null."})
class ScalarField(serializers.Field):
    """A plain value to compare with."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list | dict):
            raise serializers.ValidationError(_("Write a text, a number, true, false or null."))
        if isinstance(data, str) and len(data) > MAX_TEXT:
            raise serializers.ValidationError(_("At most %(most)d characters.") % {"most": MAX_TEXT})
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class ConditionSerializer(serializers.Serializer[Any]):
    """What a property of the event must be; dots lead into objects."""

    property = serializers.CharField(max_length=MAX_TEXT)
    op = serializers.ChoiceField(choices=list(GOAL_OPERATORS))
    value = ScalarField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            check_pattern(attrs["op"], attrs["value"], "value")
        except RuleError as error:
            raise serializers.ValidationError({error.field: error.message}) from None
        return attrs
