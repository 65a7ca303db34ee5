"""What tests of the whole house start from."""

import pytest

from tests.live import Live
from tests.whole.agency import Shop, open_shop, wait_for_worker


@pytest.fixture
def token(transactional_db: None) -> str:
    from accounts.actions import create_agency, create_api_token

    agency = create_agency("Marlow and Pike")
    return create_api_token(agency, name="tests", scope="manage")[1]


@pytest.fixture
def shop(live_headwater: Live, token: str) -> Shop:
    """A new workspace of a running Headwater."""
    wait_for_worker(live_headwater.base_url)
    return open_shop(live_headwater.base_url, token)
