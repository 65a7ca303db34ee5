"""The people and workspaces that the tests of the screens know."""

import pytest

PASSWORD = "correct-horse-battery"


@pytest.fixture
def agency(db):
    from accounts.models import Agency

    return Agency.objects.create(slug="marlow-pike", name="Marlow & Pike")


@pytest.fixture
def northwind(agency):
    from accounts.models import Workspace

    return Workspace.objects.create(
        agency=agency, slug="northwind-bikes", name="Northwind Bikes", currency="EUR", timezone="Europe/Amsterdam"
    )


@pytest.fixture
def rival_workspace(db):
    from accounts.models import Agency, Workspace

    agency = Agency.objects.create(slug="rival", name="Rival")
    return Workspace.objects.create(agency=agency, slug="rival-shop", name="Rival Shop")


@pytest.fixture
def ada(agency):
    from accounts.actions import create_user
    from accounts.models import Membership, Role

    user = create_user("ada@marlow-pike.example", PASSWORD, name="Ada")
    Membership.objects.create(user=user, agency=agency, role=Role.ANALYST)
    return user


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def goal(northwind):
    from accounts.tenancy import workspace_scope
    from tracking.models import Goal

    with workspace_scope(northwind):
        return Goal.objects.create(workspace=northwind, name="Order", event="Order Completed")
