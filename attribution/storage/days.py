"""What a fill writes about credit, in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.models import Workspace
from attribution.core.daily import DayCredit, Terms
from attribution.core.frames import Ints
from attribution.core.rules import RULES
from attribution.models import DailyCredit

# Lists travel as text: thousands of packed rows adapted number by number take thirty times as long.
_SAVE = """
    insert into attribution_dailycredit (
        workspace_id, filled_at, day, goal_id, rule, lookback_days, half_life_days, conversions, conversions_value,
        unattributed, unattributed_value, marks, credit, value, touches
    )
    select %(workspace)s, %(filled_at)s, day, goal, rule, lookback, half_life, conversions, conversions_value,
           unattributed, unattributed_value, marks::bigint[], credit::bigint[], value::bigint[], touches::integer[]
    from unnest(
        %(day)s::date[], %(goal)s::bigint[], %(rule)s::text[], %(lookback)s::integer[], %(half_life)s::float8[],
        %(conversions)s::bigint[], %(conversions_value)s::bigint[], %(unattributed)s::bigint[],
        %(unattributed_value)s::bigint[], %(marks)s::text[], %(credit)s::text[], %(value)s::text[], %(touches)s::text[]
    ) as row (
        day, goal, rule, lookback, half_life, conversions, conversions_value, unattributed, unattributed_value,
        marks, credit, value, touches
    )
"""


def save_day_credits(
    workspace: Workspace, days: Sequence[date], rows: Sequence[DayCredit], terms: Terms, *, filled_at: datetime
) -> None:
    """Replace everything stored about the days by the rows."""
    DailyCredit.objects.of(workspace).filter(day__in=days).delete()
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, _columns_of(workspace, rows, terms, filled_at))


def _columns_of(workspace: Workspace, rows: Sequence[DayCredit], terms: Terms, filled_at: datetime) -> dict[str, Any]:
    return {
        "workspace": workspace.pk,
        "filled_at": filled_at,
        "day": [row.day for row in rows],
        "goal": [row.goal for row in rows],
        "rule": [row.rule for row in rows],
        "lookback": [terms.goal_lookback_days.get(row.goal, terms.lookback_days) for row in rows],
        "half_life": [float(terms.half_life_days) if RULES[row.rule].uses_half_life else 0.0 for row in rows],
        "conversions": [row.conversions for row in rows],
        "conversions_value": [row.value_total for row in rows],
        "unattributed": [row.unattributed_conversions for row in rows],
        "unattributed_value": [row.unattributed_value for row in rows],
        "marks": [_packed(row.marks) for row in rows],
        "credit": [_packed(row.credit) for row in rows],
        "value": [_packed(row.value) for row in rows],
        "touches": [_packed(row.touches) for row in rows],
    }


def _packed(numbers: Ints) -> str:
    return "{" + ",".join(map(str, numbers.tolist())) + "}"
