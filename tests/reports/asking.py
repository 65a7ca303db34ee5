"""Funnels asked in words: `a0 x1 b2` are events with their seconds after noon."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from reports.catalogue import funnel
from reports.report import FunnelReport
from tests.tracking.core.given import NOON, event
from tests.tracking.shop import Shop
from tracking.core.facts import StoredEvent

DAY = str(NOON.date())


def said(who: str, text: str, **more: Any) -> list[StoredEvent]:
    """One person's track events."""
    return [event("track", who, after(int(word[1:])), name=word[0], **more) for word in text.split()]


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def question(steps: Iterable[Any], window: int = 10, order: str = "ordered", **more: Any) -> dict[str, Any]:
    """A funnel as it is posted, on noon's day; a step is a name, or a name with conditions."""
    named = [(step, []) if isinstance(step, str) else step for step in steps]
    asked = [{"event": event, "where": where} for event, where in named]
    return {"steps": asked, "window_seconds": window, "order": order, "start": DAY, "end": DAY} | more


def ask(shop: Shop, *args: Any, **more: Any) -> FunnelReport:
    """The report of a question, straight from the catalogue."""
    with shop.open():
        params = funnel.read_params(shop.workspace, question(*args, **more), NOON)
        return funnel.build(shop.workspace, params, NOON)


def counts(report: FunnelReport) -> list[int]:
    return [step.count for step in report.figures]
