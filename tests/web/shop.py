"""Events of the last days in a page's workspace, stored as the collector stores them, and derived."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tests.tracking.shop import Shop
from tracking.core.facts import StoredEvent


def days_ago(days: float) -> datetime:
    """That long before now."""
    return timezone.now() - timedelta(days=days)


def a_track(name: str, who: str, *, days: float = 1, key: str = "", **properties: Any) -> StoredEvent:
    """A track event of somebody known by their anonymousId."""
    order = properties.get("order_id") if name in ("Order Completed", "Order Refunded") else None
    payload = json.dumps({"properties": properties})
    return StoredEvent(
        message_id=key or f"{name}-{who}-{days}-{properties}",
        at=days_ago(days),
        kind="track",
        anonymous_id=who,
        user_id=None,
        name=name,
        order_id=order,
        payload=payload,
    )


def a_page(url: str, who: str, *, days: float = 1, referrer: str = "") -> StoredEvent:
    """A page event of somebody known by their anonymousId."""
    payload = json.dumps({"properties": {"url": url, "referrer": referrer}})
    return StoredEvent(
        message_id=f"page-{who}-{days}-{url}",
        at=days_ago(days),
        kind="page",
        anonymous_id=who,
        user_id=None,
        name=None,
        order_id=None,
        payload=payload,
    )


def tell(workspace: Any, *events: StoredEvent) -> None:
    """Post and derive."""
    Shop(workspace).tell(*events)
