"""A shop with half a month of journeys, spend and credit, and somebody who looks at it."""

from accounts.actions import create_user
from accounts.models import Membership, Role
from campaigns.actions import put_spend
from campaigns.core.reading import read_row
from tests.reports.test_comparison import a_month
from tests.reports.test_solved import Integrator

MARCH = "start=2026-03-01&end=2026-03-20"


def a_credited_shop() -> Integrator:
    """Social starts, search closes, e-mail is alone; search depends on the model, e-mail pays, social does not."""
    shop = Integrator()
    a_month(shop)
    for amount, source, medium in ((100, "google", "cpc"), (10, "news", "email"), (9_000, "facebook", "paid_social")):
        row = {"start": "2026-03-01", "end": "2026-03-31", "currency": "EUR", "amount": amount}
        put_spend(shop.shop.workspace, [read_row(row | {"source": source, "medium": medium})])
    return shop


def let_in(shop: Integrator, user, role: str = Role.ANALYST) -> None:
    """Make somebody a member of the shop's agency."""
    Membership.objects.create(user=user, agency=shop.shop.workspace.agency, role=role)


def a_member(shop: Integrator, name: str, role: str):
    """A new member of the shop's agency; a client sees the shop."""
    from accounts.models import WorkspaceAccess

    user = create_user(f"{name}@shop.example", "correct-horse-battery", name=name.title())
    membership = Membership.objects.create(user=user, agency=shop.shop.workspace.agency, role=role)
    if role == Role.CLIENT:
        WorkspaceAccess.objects.create(membership=membership, workspace=shop.shop.workspace)
    return user
