"""What tests of the collector start from: two workspaces with write keys, and an open door."""

from collections.abc import Iterator

import pytest

from config.embedded import Addresses
from tests.tracking.doors import Door, open_door


@pytest.fixture
def ada(transactional_db: None):
    """A workspace whose write key is `ada-key`."""
    return make_workspace("ada")


@pytest.fixture
def bob(transactional_db: None):
    """Another one, `bob-key`."""
    return make_workspace("bob")


def make_workspace(name: str):
    from accounts.keys import digest_of
    from accounts.models import Agency, Workspace, WriteKey

    agency = Agency.objects.create(slug=f"{name}-agency", name=name)
    workspace = Workspace.objects.create(agency=agency, slug=name, name=name)
    WriteKey.objects.create(workspace=workspace, prefix=name, digest=digest_of(f"{name}-key"))
    return workspace


@pytest.fixture
def door(servers: Addresses) -> Iterator[Door]:
    opened = open_door(servers.collector_url)
    yield opened
    opened.close()
