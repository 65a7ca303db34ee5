"""What came back for what was paid: conversion rate, cost per conversion, ROI and ROAS."""

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Literal

from reports.core.intervals import Interval

Name = Literal["conversion_rate", "cpa", "roi", "roas"]
Reason = Literal["no_sessions", "no_conversions", "no_spend", "cost_unknown"]


@dataclass(frozen=True, slots=True)
class Returns:
    """Ratios as numbers (0.8 = 80 %), money with six decimals; `undefined` says of each None why it is one."""

    conversion_rate: float | None
    cpa: Decimal | None
    roi: float | None
    roas: float | None
    undefined: dict[Name, Reason] = field(default_factory=dict)


def work_out_returns(
    *, cost: Decimal | None, conversions: Decimal, revenue: Decimal, sessions: int | None = None
) -> Returns:
    """Divide sums of a period; a cost or a number of sessions that is not known is None.

    500,000 spent and 900,000 earned: ROI 0.8, ROAS 1.8. Nothing spent: neither, for "no_spend".
    """
    undefined: dict[Name, Reason] = {}
    if not sessions:
        undefined["conversion_rate"] = "no_sessions"
    if cost is None:
        undefined |= {"cpa": "cost_unknown", "roi": "cost_unknown", "roas": "cost_unknown"}
    elif cost <= 0:
        undefined |= {"roi": "no_spend", "roas": "no_spend"}
    if conversions <= 0:
        undefined.setdefault("cpa", "no_conversions")
    has_return = cost is not None and cost > 0
    return Returns(
        conversion_rate=float(conversions / sessions) if sessions else None,
        cpa=_divide_money(cost, conversions) if cost is not None and conversions > 0 else None,
        roi=float((revenue - cost) / cost) if cost is not None and has_return else None,
        roas=float(revenue / cost) if cost is not None and has_return else None,
        undefined=undefined,
    )


def bound_roi(earned: Interval, cost: Decimal) -> tuple[float, float]:
    """The 95 % interval of ROI: that of what was earned against a cost that is known, not estimated.

    500,000 spent and 600,000 to 1,200,000 earned: 0.2 to 1.4.
    """
    return float((earned.low - cost) / cost), float((earned.high - cost) / cost)


def is_too_close(roi_low: float, roi_high: float) -> bool:
    """Whether nobody can tell if it paid for itself: the interval of ROI holds 0."""
    return roi_low <= 0 <= roi_high


def _divide_money(money: Decimal, count: Decimal) -> Decimal:
    """Money for each, with six decimals; a fortune over a billionth of a conversion has more digits than usual."""
    with localcontext(prec=60):
        return (money / count).quantize(Decimal("0.000001"))
