"""Money is whole micros (1e-6) of one currency; reference rates are the ECB's."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

MICRO = Decimal("0.000001")
MICROS = 1_000_000
# Ten billion of any currency is beyond every real order, and far inside a 64-bit whole number.
# The longest the ECB has paused between two publications, with room.
LONGEST_GAP_DAYS = 10
MOST_MICROS = 10_000_000_000 * MICROS


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of the wanted currency one unit of the given currency bought, and on which day."""

    factor: Decimal
    day: date


def to_micros(amount: Decimal) -> int:
    """Whole micros of an amount; half a micro goes to the even neighbour."""
    return int((amount * MICROS).to_integral_value(rounding=ROUND_HALF_EVEN))


def from_micros(micros: int) -> Decimal:
    """The amount with six decimals."""
    return (Decimal(micros) * MICRO).quantize(MICRO)


@cache
def _reference_rates():  # type: ignore[no-untyped-def]
    from currency_converter import CurrencyConverter

    return CurrencyConverter(decimal=True)


@cache
def find_rate(given: str, wanted: str, day: date) -> Rate | None:
    """The ECB reference rate last published on or before `day`; None where there is none.

    A currency that the ECB stopped quoting has no rate after its last days.
    """
    if given == wanted:
        return Rate(Decimal(1), day)
    from currency_converter import RateNotFoundError

    rates = _reference_rates()
    newest = max(bounds.last_date for bounds in rates.bounds.values())
    for back in range(LONGEST_GAP_DAYS):
        published = min(day, newest) - timedelta(days=back)
        try:
            return Rate(rates.convert(Decimal(1), given, wanted, date=published), published)
        except (RateNotFoundError, ValueError):  # a bank holiday, or a currency that is not quoted
            continue
    return None


def is_currency(code: str) -> bool:
    """Whether `code` is a currency of ISO 4217 by its English name list."""
    return code in _iso_currencies()


@cache
def _iso_currencies() -> frozenset[str]:
    from babel import Locale

    return frozenset(Locale("en").currencies)


def convert_micros(micros: int, rate: Rate) -> int:
    """`micros` of the given currency in the wanted one."""
    return to_micros(from_micros(micros) * rate.factor)
