"""An agency with one workspace, and its manager."""

import pytest

from accounts.models import Agency, Workspace
from tests.api.cast import Caller, a_shop, a_token, an_agency


@pytest.fixture
def agency(db: None) -> Agency:
    return an_agency()


@pytest.fixture
def shop(agency: Agency) -> Workspace:
    return a_shop(agency)


@pytest.fixture
def manager(agency: Agency) -> Caller:
    return Caller(a_token(agency))
