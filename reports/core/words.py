"""Figures inside sentences, in a locale's own way of writing them."""

from decimal import Decimal

from babel import Locale
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)

NO_CENTS_FROM = 1_000


def money(amount: Decimal, currency: str, locale: str, *, no_cents_from: int = NO_CENTS_FROM) -> str:
    """€90.00 and €28,412: cents only below a thousand, and none where a currency has none."""
    digits = get_currency_precision(currency)
    # 999.999 is shown as a thousand, and so without cents.
    whole = digits == 0 or abs(round(amount, digits)) >= no_cents_from
    return write_money(amount, currency, locale, whole=whole)


def write_money(amount: Decimal, currency: str, locale: str, *, whole: bool) -> str:
    """An amount without cents, or with all that its currency has."""
    language = Locale.parse(locale, sep="-")
    pattern = language.currency_formats["standard"].pattern
    if get_currency_symbol(currency, language)[-1:].isalpha():
        # Codes stand apart from their number: SEK 884,210.
        pattern = pattern.replace("¤#", "¤\xa0#")
    if whole:
        amount, pattern = Decimal(round(amount)), pattern.replace(".00", "")
    return true_minus(format_currency(amount, currency, pattern, locale=language, currency_digits=not whole))


def about(number: Decimal) -> Decimal:
    """The same with three digits that matter, for what is only expected: 36,402 becomes 36,400, 3.1416 3.14."""
    return round(number, 2 - number.adjusted()) if number else number


def about_money(amount: Decimal, currency: str, locale: str) -> str:
    """€36,400 and €766 for what is only expected: three digits that matter, and no cents from a hundred up."""
    return money(about(amount), currency, locale, no_cents_from=100)


def exact_money(amount: Decimal, currency: str, locale: str) -> str:
    """€1,186.00: with all its cents, where a reader adds up."""
    return write_money(amount, currency, locale, whole=False)


def count(number: Decimal | int, locale: str) -> str:
    """1,820 and 234.7: one decimal unless the number is whole."""
    return true_minus(format_decimal(number, format="#,##0.#", locale=Locale.parse(locale, sep="-")))


def percent(ratio: Decimal | float, locale: str) -> str:
    """A ratio in whole per cent."""
    return true_minus(format_percent(ratio, format="#,##0%", locale=Locale.parse(locale, sep="-")))


def true_minus(shown: str) -> str:
    """The same with a minus sign instead of a hyphen."""
    return shown.replace("-", "−")
