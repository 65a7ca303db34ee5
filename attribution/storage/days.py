"""What a fill writes about credit, in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from accounts.models import Workspace
from attribution.core.daily import DayCredit, Terms
from attribution.core.rules import RULES
from attribution.models import DailyCredit
from tracking.storage.packed import pack
from tracking.storage.rows import run

# Lists of rows travel one after another as one list, and each row takes its part: adapted row by row, number by number,
# they take many times as long.
_SAVE = """
    insert into attribution_dailycredit (
        workspace_id, filled_at, day, goal_id, rule, lookback_days, half_life_days, conversions, conversions_value,
        unattributed, unattributed_value, marks, credit, value, touches
    )
    select %(workspace)s, %(filled_at)s, day, goal, rule, lookback, half_life, conversions, conversions_value,
           unattributed, unattributed_value, (%(marks)s::bigint[])[since:until], (%(credit)s::bigint[])[since:until],
           (%(value)s::bigint[])[since:until], (%(touches)s::integer[])[since:until]
    from unnest(
        %(day)s::date[], %(goal)s::bigint[], %(rule)s::text[], %(lookback)s::integer[], %(half_life)s::float8[],
        %(conversions)s::bigint[], %(conversions_value)s::bigint[], %(unattributed)s::bigint[],
        %(unattributed_value)s::bigint[], %(since)s::integer[], %(until)s::integer[]
    ) as row (
        day, goal, rule, lookback, half_life, conversions, conversions_value, unattributed, unattributed_value, since,
        until
    )
"""


def save_day_credits(
    workspace: Workspace, days: Sequence[date], rows: Sequence[DayCredit], terms: Terms, *, filled_at: datetime
) -> None:
    """Replace everything stored about the days by the rows."""
    DailyCredit.objects.of(workspace).filter(day__in=days).delete()
    if not rows:
        return
    run(workspace.pk, _SAVE, filled_at=filled_at, **_columns_of(rows, terms))


def _columns_of(rows: Sequence[DayCredit], terms: Terms) -> dict[str, Any]:
    ends = np.cumsum([len(row.marks) for row in rows])
    return {
        "day": [row.day for row in rows],
        "goal": [row.goal for row in rows],
        "rule": [row.rule for row in rows],
        "lookback": [terms.goal_lookback_days.get(row.goal, terms.lookback_days) for row in rows],
        "half_life": [float(terms.half_life_days) if RULES[row.rule].uses_half_life else 0.0 for row in rows],
        "conversions": [row.conversions for row in rows],
        "conversions_value": pack("bigint", [row.value_total for row in rows]),
        "unattributed": [row.unattributed_conversions for row in rows],
        "unattributed_value": pack("bigint", [row.unattributed_value for row in rows]),
        "since": [1, *(ends[:-1] + 1).tolist()],
        "until": ends.tolist(),
        "marks": pack("bigint", np.concatenate([row.marks for row in rows])),
        "credit": pack("bigint", np.concatenate([row.credit for row in rows])),
        "value": pack("bigint", np.concatenate([row.value for row in rows])),
        "touches": pack("integer", np.concatenate([row.touches for row in rows])),
    }
