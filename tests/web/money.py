"""A workspace with spend and credit, for the pages that show returns."""

from datetime import date

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from tests.reports.given import a_day, a_mark
from tracking.models import Conversion, Goal

FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}
NEXT = {"start": "2026-03-01", "end": "2026-03-28"}


def pay(workspace: Workspace, *rows: dict[str, object]) -> None:
    """Spend of February in euros; each row says the rest."""
    spends, wrongs = read_rows([{**FEBRUARY, "currency": "EUR"} | row for row in rows])
    assert wrongs == []
    with workspace_scope(workspace):
        assert put_spend(workspace, spends).refused == []


def fill_february(workspace: Workspace, goal: Goal) -> None:
    """Email earns 1,700 with 17, paid social 250 with 5, search 300 with 3 unpaid; one order of 90 has no touch."""
    with workspace_scope(workspace):
        social = a_mark(workspace, "Paid Social", source="facebook", medium="paid_social", campaign="spring")
        email = a_mark(workspace, "Email", source="newsletter", medium="email", campaign="welcome")
        search = a_mark(workspace, "Organic Search")
        earned = {social: (5, 250), email: (17, 1_700), search: (3, 300)}
        a_day(goal, date(2026, 2, 3), earned, unattributed=(1, 90))
        for place in range(26):
            worth = 90 if place == 25 else 100 if place < 20 else 50
            Conversion.objects.create(
                workspace=workspace,
                goal_id=goal.pk,
                key=f"event:{place}",
                person_id=place + 1,
                at="2026-02-03T12:00:00Z",
                message_id=str(place),
                value_micros=worth * 1_000_000,
                currency="EUR",
            )
    pay(workspace, {"source": "fb", "medium": "paid_social", "campaign": "spring", "amount": 1_000})
    pay(workspace, {"source": "newsletter", "medium": "email", "campaign": "welcome", "amount": "100.00"})
