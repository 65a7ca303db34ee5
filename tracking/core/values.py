"""What an event says it is worth. Numbers may come as text; what is no sensible amount reads as absent."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from common.money import MOST_MICROS, from_micros, is_currency, to_micros
from tracking.core.payloads import as_object

MOST = from_micros(MOST_MICROS)
# ISO 4217's own code for "no currency": stands for what was sent but is none.
NO_CURRENCY = "XXX"
LONGEST_NUMBER = 40


def read_number(value: object) -> Decimal | None:
    """A finite number, sent as such or as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip() if not isinstance(value, int) or abs(value) < 10**LONGEST_NUMBER else ""
    if not text or len(text) > LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def read_micros(value: object) -> int | None:
    """An amount of money in micros; below zero or beyond every real order is absent."""
    number = read_number(value)
    return to_micros(number) if number is not None and 0 <= number <= MOST else None


def read_refund_micros(value: object) -> int | None:
    """Refunds are posted as 20 and as -20; both give back 20."""
    number = read_number(value)
    return to_micros(abs(number)) if number is not None and abs(number) <= MOST else None


def read_order_micros(properties: Mapping[str, Any]) -> int | None:
    """Revenue, else total, else value, else the sum of price x quantity over the products."""
    named = first_of(read_micros(properties.get(name)) for name in ("revenue", "total", "value"))
    return named if named is not None else sum_products(properties.get("products"))


def sum_products(products: object) -> int | None:
    """Σ price x quantity in micros; a quantity left out is one. Absent if no product has a price."""
    if not isinstance(products, list):
        return None
    lines = [line for product in products if (line := price_line(as_object(product))) is not None]
    total = sum(lines, Decimal(0))
    return to_micros(total) if lines and total <= MOST else None


def price_line(product: Mapping[str, Any]) -> Decimal | None:
    price = read_number(product.get("price"))
    quantity = read_number(product.get("quantity", 1))
    if price is None or quantity is None or not (0 <= price <= MOST and 0 <= quantity <= MOST):
        return None
    return price * quantity


def read_amount_given_back(properties: Mapping[str, Any]) -> int | None:
    """A refund's amount: revenue, else total, else value; None means all that is left."""
    return first_of(read_refund_micros(properties.get(name)) for name in ("revenue", "total", "value"))


def read_currency(properties: Mapping[str, Any], otherwise: str) -> str:
    """The event's currency, or the workspace's if it names none; XXX for what is no currency."""
    sent = properties.get("currency")
    if sent is None or (isinstance(sent, str) and not sent.strip()):
        return otherwise
    code = sent.strip().upper() if isinstance(sent, str) else ""
    return code if len(code) == 3 and is_currency(code) else NO_CURRENCY


def first_of(values: Iterable[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)
