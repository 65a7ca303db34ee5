"""A month of Northwind Bikes as the overview shows it; every figure adds up."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from common.periods import Period
from reports.report import (
    AttributionReport,
    Choice,
    Credited,
    CreditRow,
    DayFigure,
    Figure,
    Finding,
    OverviewReport,
)
from tracking.storage import IngestionState

PERIOD = Period(date(2026, 10, 24), date(2026, 11, 22))
NOW = datetime(2026, 11, 22, 8, 14, tzinfo=UTC)

CHANNELS = [
    ("Organic Search", "376.0", 28216),
    ("Direct", "352.0", 27228),
    ("Paid Search", "259.0", 20788),
    ("Email", "234.7", 18332),
    ("Paid Social", "158.7", 12322),
    ("Affiliates", "131.2", 9687),
    ("AI Assistants", "92.9", 7111),
    ("Referral", "83.3", 6227),
    ("Display", "39.1", 2935),
    ("Organic Social", "35.1", 2577),
]
CAMPAIGNS = [
    ("brand-nl", "Paid Search", "110.2", 9214),
    ("welcome-series", "Email", "99.1", 7806),
    ("autumn-gravel", "Paid Social", "78.4", 6130),
    ("generic-ebike", "Paid Search", "70.0", 5472),
    ("partner-ridehub", "Affiliates", "66.3", 4918),
    ("november-news", "Email", "55.8", 4377),
]
REVENUE_BY_DAY = [
    2520, 3600, 4800, 4300, 3020, 3380, 3850, 4510, 4100, 5800, 5760, 5170, 4200, 4290, 5640, 4760, 4130, 5460, 5150,
    5440, 4230, 5700, 3420, 5150, 6240, 5920, 5560, 5810, 4560, 3271,
]  # fmt: skip
ORDERS_BY_DAY = [
    33, 47, 62, 56, 39, 44, 50, 58, 53, 75, 88, 80, 54, 56, 73, 62, 53, 71, 67, 70, 55, 74, 44, 67, 81, 77, 72, 75, 59,
    25,
]  # fmt: skip
BEFORE_BY_DAY = [
    2760, 3150, 4000, 4120, 4220, 3800, 3880, 3050, 2980, 4440, 4520, 4000, 4200, 4250, 2860, 3310, 4850, 4260, 4420,
    4600, 4010, 3140, 3590, 4560, 4720, 4800, 4320, 4460, 6030, 7025,
]  # fmt: skip


def attribution(**changes) -> AttributionReport:
    rows = [CreditRow(name, Decimal(orders), Decimal(money), name) for name, orders, money in CHANNELS]
    report = AttributionReport(
        model="linear",
        model_title="Linear",
        goal_id=1,
        goal_name="Order",
        group_by="channel",
        period=PERIOD,
        lookback_days=90,
        half_life_days=7.0,
        currency="EUR",
        rows=rows,
        unattributed=Credited(Decimal("58.0"), Decimal(4318)),
        total=Credited(Decimal("1820.0"), Decimal(139741)),
        formula="Each touch in the 90 days before an order earns an equal share of it.",
        as_of=NOW,
    )
    return replace(report, **changes)


def ingestion(**changes) -> IngestionState:
    counted = IngestionState(
        accepted=48212,
        processed=48212,
        pending=0,
        duplicates=37,
        rejected=4,
        quarantined=0,
        caught_up=True,
        as_of=NOW,
        lag_seconds=0,
        days_to_fill=0,
    )
    return replace(counted, **changes)


def days() -> list[DayFigure]:
    figures = zip(PERIOD, REVENUE_BY_DAY, ORDERS_BY_DAY, BEFORE_BY_DAY, strict=True)
    return [DayFigure(day, Decimal(money), orders, Decimal(before), orders) for day, money, orders, before in figures]


def overview(**changes) -> OverviewReport:
    report = OverviewReport(
        attribution=attribution(),
        before=attribution(period=PERIOD.before),
        campaigns=[CreditRow(name, Decimal(n), Decimal(money), channel) for name, channel, n, money in CAMPAIGNS],
        campaigns_in_all=41,
        finding=Finding(
            before="Revenue grew 12%. ",
            stress="Organic Search and Direct lead",
            after=".",
            deck="Linear model: €28,216 and €27,228 of €139,741.",
        ),
        figures=[
            Figure("Revenue", "money", Decimal(139741), Decimal(124325), 0.124),
            Figure("Orders", "count", Decimal(1820), Decimal(1658), 0.0977),
            Figure("Credited", "share", Decimal("0.9691"), None, None, "€4,318 has no touch"),
            Figure("Average order", "money", Decimal("76.78"), Decimal("74.98"), 0.024),
        ],
        days=days(),
        ingestion=ingestion(),
        empty=None,
        events_in_period=48212,
        models=[
            Choice("first_touch", "First touch", "All to the first touch"),
            Choice("last_touch", "Last touch", "All to the last touch"),
            Choice("last_non_direct", "Last non-direct", "All to the last touch that was not direct"),
            Choice("linear", "Linear", "Equal parts to every touch"),
            Choice("time_decay", "Time decay", "Later touches earn more"),
            Choice("position_based", "Position based", "40% first, 40% last, the rest between"),
        ],
        goals=[Choice("1", "Order", "Order Completed"), Choice("2", "Sign-up", "Signed Up")],
    )
    return replace(report, **changes)
