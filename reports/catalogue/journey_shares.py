"""What each touch of one journey earns under each model: the rules' plain definitions, to the last stored unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attribution.core.credit import CREDIT_UNITS, MAX_TOTAL, share_credit
from attribution.core.daily import credit_of_one
from attribution.core.journeys import Touch
from attribution.core.rules import RULES
from common.money import from_micros
from reports.catalogue.journey_report import JourneyConversion, Share
from reports.catalogue.journey_rows import Step
from reports.core.ratios import conversions_of

DIRECT = "Direct"
# The models that share each conversion by itself; Shapley's shares of one conversion are plain arithmetic.
SHARING = (*RULES, "shapley")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a conversion is shared; times and lengths in microseconds."""

    lookback: int
    half_life: int
    lead_at: int
    opportunity_at: int


def share_path(path: Sequence[Step], model: str, conversion: JourneyConversion, terms: Terms) -> list[Share]:
    """What each touch of a path earns under one model, in whole stored units: Σ is the conversion exactly."""
    if not path:
        return []
    value = _value_in_micros(conversion)
    if model not in RULES:
        return _share_by_channel(path, value)
    touches = [Touch(micros_of(step.at), step.mark_id, step.channel == DIRECT) for step in path]
    parts = credit_of_one(
        touches,
        model,
        converted_at=micros_of(conversion.at),
        value=value,
        lookback=terms.lookback,
        half_life=terms.half_life,
        lead_at=terms.lead_at,
        opportunity_at=terms.opportunity_at,
    )
    return [
        Share(conversions_of(credit), None if micros is None else from_micros(micros)) for _, credit, micros in parts
    ]


def _share_by_channel(path: Sequence[Step], value: int | None) -> list[Share]:
    """Shapley for one conversion: its distinct channels share it evenly, the touches of a channel its part."""
    channels = list(dict.fromkeys(step.channel for step in path))
    credit = _spread(path, channels, CREDIT_UNITS)
    values = [None] * len(path) if value is None else [from_micros(part) for part in _spread(path, channels, value)]
    return [Share(conversions_of(part), worth) for part, worth in zip(credit, values, strict=True)]


def _spread(path: Sequence[Step], channels: Sequence[str], total: int) -> list[int]:
    spread = [0] * len(path)
    for channel, part in zip(channels, share_credit([1.0] * len(channels), total), strict=True):
        places = [i for i, step in enumerate(path) if step.channel == channel]
        for place, units in zip(places, share_credit([1.0] * len(places), part), strict=True):
            spread[place] = units
    return spread


def micros_of(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


def _value_in_micros(conversion: JourneyConversion) -> int | None:
    """As a fill reads it: an amount too large to be shared exactly counts for nothing."""
    if conversion.value is None:
        return None
    micros = int(conversion.value.scaleb(6))
    return micros if abs(micros) <= MAX_TOTAL else None
