"""The cast of the API's tests."""

from tests.api.conftest import agency, manager, shop

__all__ = ["agency", "manager", "shop"]
