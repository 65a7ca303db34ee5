"""Orders and what was given back for them: one order per order id, one refund per refund id, in a workspace."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tracking.core.facts import ORDER_COMPLETED, ORDER_REFUNDED, Ledger, Refund, StoredEvent
from tracking.core.payloads import as_object, read_payload
from tracking.core.values import read_amount_given_back

LONGEST_KEY = 255


def keep_ledger(events: Iterable[StoredEvent]) -> Ledger:
    """The ledger of all events that name some order ids, of whatever people.

    Of several Order Completed with one order id the earliest is the order; of several copies of a refund the earliest.
    """
    orders: dict[str, StoredEvent] = {}
    refunds: dict[tuple[str, str], Refund] = {}
    for event in events:
        if event.kind != "track" or event.order_id is None:
            continue
        if event.name == ORDER_COMPLETED:
            earliest = orders.get(event.order_id)
            if earliest is None or event.place < earliest.place:
                orders[event.order_id] = event
        elif event.name == ORDER_REFUNDED:
            refund = read_refund(event, event.order_id)
            known = refunds.get((refund.order_id, refund.key))
            if known is None or event.place < (known.at, known.message_id):
                refunds[refund.order_id, refund.key] = refund
    by_order: dict[str, list[Refund]] = defaultdict(list)
    for refund in refunds.values():
        by_order[refund.order_id].append(refund)
    return Ledger({order_id: event.message_id for order_id, event in orders.items()}, dict(by_order))


def read_refund(event: StoredEvent, order_id: str) -> Refund:
    properties = as_object(read_payload(event.payload).get("properties"))
    key = key_of_refund(properties.get("refund_id"), event.message_id)
    return Refund(order_id, key, event.at, event.message_id, read_amount_given_back(properties))


def key_of_refund(refund_id: Any, message_id: str) -> str:
    """By its refund_id, else by its messageId; the two cannot be mistaken for each other."""
    if isinstance(refund_id, bool) or not isinstance(refund_id, (str, int, float)) or not str(refund_id).strip():
        return f"event:{message_id}"
    name = str(refund_id).strip()
    if len(name) > LONGEST_KEY:
        name = hashlib.sha256(name.encode()).hexdigest()
    return f"refund:{name}"


def given_back(amount_micros: int | None, refunds: list[Refund]) -> int:
    """How much of an order was given back, never more than it cost: 100 with refunds of 20 and 20 → 40."""
    if amount_micros is None:
        return 0
    if any(refund.amount_micros is None for refund in refunds):
        return amount_micros
    return min(amount_micros, sum(refund.amount_micros or 0 for refund in refunds))


def is_given_back_whole(amount_micros: int | None, refunds: list[Refund]) -> bool:
    """Whether nothing is left of an order; an order of 0 without refunds is not given back."""
    if not refunds:
        return False
    if amount_micros is None:
        return any(refund.amount_micros is None for refund in refunds)
    return given_back(amount_micros, refunds) == amount_micros
