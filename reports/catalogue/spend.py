"""What was paid, by month and by what it was paid for; each currency for itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Workspace
from campaigns.core.matching import find_channel
from campaigns.core.spend import Spend
from common.money import from_micros
from tracking.core.channels import parse_channel_rules
from tracking.storage.rows import run

# Three years of a dozen channels.
MOST_LINES = 500
_MONTHS = """
select date_trunc('month', start)::date, channel, source, medium, currency, sum(amount_micros)::bigint, count(*),
    min(start), max("end"), sum(clicks)::bigint
from campaigns_spend where workspace_id = %(workspace)s
group by 1, 2, 3, 4, 5 order by 1 desc, 5, 6 desc limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """What one channel, or source and medium, cost in the rows that begin in a month."""

    month: date
    channel: str
    own_channel: str | None
    source: str | None
    medium: str | None
    currency: str
    amount: Decimal
    rows: int
    first: date
    last: date
    clicks: int | None


@dataclass(frozen=True, slots=True)
class SpendMonths:
    """The lines, newest month first, and the sum of each currency; `more`: the oldest are left out."""

    lines: Sequence[SpendLine]
    totals: Sequence[tuple[str, Decimal]]
    more: bool


def build(workspace: Workspace) -> SpendMonths:
    """All spend of a workspace; in its scope."""
    rules = parse_channel_rules(workspace.channel_rules)
    rows = run(workspace.pk, _MONTHS, most=MOST_LINES + 1)
    lines = []
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for month, channel, source, medium, currency, micros, number, first, last, clicks in rows[:MOST_LINES]:
        amount = from_micros(micros)
        spend = Spend(first, last, micros, currency, channel, source, medium)
        named = find_channel(spend, rules)
        lines.append(SpendLine(month, named, channel, source, medium, currency, amount, number, first, last, clicks))
        totals[currency] += amount
    return SpendMonths(lines, sorted(totals.items()), len(rows) > MOST_LINES)


def add_up(spends: Sequence[Spend]) -> list[tuple[str, Decimal]]:
    """The sum of each currency among rows that are not stored yet."""
    totals: dict[str, int] = defaultdict(int)
    for spend in spends:
        totals[spend.currency] += spend.amount
    return [(currency, from_micros(micros)) for currency, micros in sorted(totals.items())]
