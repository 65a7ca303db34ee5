"""Dividing: the only place where it is done. A ratio that is not defined is None, never zero."""

from decimal import Decimal

CREDIT_UNITS = 1_000_000_000
"""Units of credit in one conversion, as the stored days hold them."""

_NINE = Decimal("0.000000001")


def conversions_of(units: int) -> Decimal:
    """Credited conversions with nine decimals, exactly: 1_500_000_000 units are 1.5."""
    return (Decimal(units) * _NINE).quantize(_NINE)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """Which part of the whole, from 0 to 1 with six decimals; None of nothing."""
    if whole == 0:
        return None
    return (part / whole).quantize(Decimal("0.000001"))


def change(now: Decimal | None, before: Decimal | None) -> float | None:
    """The growth since before: 112 after 100 is 0.12; None from nothing, which is no percentage."""
    if now is None or not before:
        return None
    return float((now - before) / abs(before))


def is_new(now: Decimal | None, before: Decimal | None) -> bool:
    """Whether there is something where there was nothing."""
    return bool(now) and not before


def average(total: Decimal, count: Decimal) -> Decimal | None:
    """The average with six decimals; None over nothing."""
    return share(total, count)
