"""What ad platforms claim beside what we credit, and what our journeys show of the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from reports.catalogue.finding import language
from reports.core.words import count, money
from reports.report import ReturnsRow

State = Literal["agrees", "over", "under", "unknown"]
TOLERANCE = 0.15
"""Claims within this of our credit agree: days and look-backs are never cut alike."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One group's claim, how it stands to our credit, and what our journeys show."""

    row: ReturnsRow
    state: State
    seen: str


def list_claims(rows: Sequence[ReturnsRow], reach: Mapping[str | None, int]) -> list[Claim]:
    """The groups that somebody claims something for, the largest difference first; they are never added up.

    `reach` are the conversions whose journey met each group, however the model shares them.
    """
    claiming = [row for row in rows if row.claimed_value is not None or row.claimed_conversions is not None]
    claiming.sort(key=lambda row: (row.claim_difference is None, -abs(row.claim_difference or 0), row.group or ""))
    return [Claim(row, judge_claim(row.claim_difference), _say_seen(row, reach.get(row.group))) for row in claiming]


def judge_claim(difference: float | None) -> State:
    """Whether a claim agrees with our credit: 1.2 as much is over, 1.15 agrees, nothing to compare with is unknown."""
    if difference is None:
        return "unknown"
    if round(abs(difference), 6) <= TOLERANCE:
        return "agrees"
    return "over" if difference > 0 else "under"


def _say_seen(row: ReturnsRow, met: int | None) -> str:
    """What the journeys of our conversions say of a claim in conversions."""
    if row.claimed_conversions is None or met is None:
        return ""
    told = {"claimed": count(row.claimed_conversions, language()), "met": count(met, language())}
    if row.claimed_conversions > met:
        return _("It claims {claimed} conversions; {met} journeys met it at all.").format(**told)
    return _("It claims {claimed} conversions of the {met} whose journeys met it; others met them too.").format(**told)


def say_largest(rows: Sequence[ReturnsRow], currency: str) -> str:
    """The claim that exceeds our credit most, in a sentence; empty where none does."""
    over = [(row, row.claimed_value) for row in rows if row.claimed_value is not None]
    exceeding = [(row, value) for row, value in over if judge_claim(row.claim_difference) == "over" and row.group]
    if not exceeding:
        return ""
    row, claimed = max(exceeding, key=lambda entry: entry[1] - entry[0].revenue)
    sentence = _("{channel}’s platform claims {claimed} where we credit {credited}.")
    return sentence.format(channel=row.group, claimed=_write(claimed, currency), credited=_write(row.revenue, currency))


def _write(amount: Decimal, currency: str) -> str:
    return money(amount, currency, language())
