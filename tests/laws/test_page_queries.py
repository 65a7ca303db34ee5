"""No page asks the database more than thirty times, whatever it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.laws.test_tenancy_pages import OF_MANAGERS, OF_WORKSPACE, Cast, inside, page_of

pytestmark = pytest.mark.django_db
MOST = 30
READ_BY_MANAGERS = sorted(name for name, methods in OF_MANAGERS.items() if "GET" in methods)


@pytest.fixture
def cast():
    return Cast()


@pytest.mark.parametrize("name", [name for name in OF_WORKSPACE if page_of(name).reads] + READ_BY_MANAGERS)
def test_a_page_asks_little(cast, name):
    owner = inside(cast.owner)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert owner.get(cast.path(name)).status_code in (200, 302)
    assert len(asked) <= MOST, [query["sql"][:120] for query in asked]
