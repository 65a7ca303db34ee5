"""Bars of what a customer has brought so far, by the channel that came first."""

from dataclasses import dataclass
from decimal import Decimal

from reports.core.lifetime import ChannelLifetime
from reports.report import LifetimeReport
from web.drawing.channels import Palette
from web.drawing.scales import percent


@dataclass(frozen=True, slots=True)
class LifetimeLine:
    """One channel; `length` is of its historic worth on the scale of all."""

    row: ChannelLifetime
    style: str
    shape: str
    length: str


def draw_lifetime(report: LifetimeReport, palette: Palette) -> list[LifetimeLine]:
    """The most valuable first; people who were never seen to arrive last."""
    rows = sorted(report.lifetime.by_channel, key=lambda row: (row.channel is None, -row.mean_historic_clv))
    longest = max((row.mean_historic_clv for row in rows), default=Decimal(0))
    return [
        LifetimeLine(
            row,
            palette.style(row.channel),
            palette.shape(row.channel),
            percent(max(row.mean_historic_clv, Decimal(0)), longest),
        )
        for row in rows
    ]
