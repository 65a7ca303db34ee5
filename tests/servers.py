"""Throw-away servers for the tests. Loaded by pytest before anything reads the settings.

Nothing starts until a test asks for the database: the thinking parts are tested without.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import folders, postgres, stack, valkey
from config.embedded.supervisor import Supervisor

TEST_FOLDER = Path(tempfile.mkdtemp(prefix="headwater-test-"))
DATA_DIR = TEST_FOLDER / "data"

# Whatever the developer's own addresses are, tests never touch them.
for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"):
    os.environ.pop(name, None)
os.environ["HEADWATER_DATA"] = str(DATA_DIR)
# Compiled kernels outlive a run: they know by their sources whether they are still good.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "numba"))


@atexit.register
def _remove_folders() -> None:
    shutil.rmtree(TEST_FOLDER, ignore_errors=True)
    folders.remove_socket_folder(DATA_DIR)


class TestServers(Supervisor):
    """PostgreSQL and Valkey over a temporary folder, without the care for a crash of the machine."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(DATA_DIR, say=lambda name, line: None)

    def start_servers(self) -> None:
        """Start both and make the roles; less than a second."""
        folders.secret_key(DATA_DIR)
        (DATA_DIR / "static").mkdir()
        postgres.prepare(DATA_DIR)
        program = stack.postgres_program(DATA_DIR, durability=postgres.THROW_AWAY)
        self.start(program, is_ready=lambda: postgres.is_ready(DATA_DIR))
        postgres.make_roles(DATA_DIR)
        valkey.prepare(DATA_DIR)
        program = stack.valkey_program(DATA_DIR, durable=False)
        self.start(program, is_ready=lambda: valkey.is_ready(DATA_DIR))


@pytest.fixture(scope="session")
def started_servers() -> Iterator[TestServers]:
    """The running servers themselves; most tests want `servers`, their addresses."""
    running = TestServers()
    try:
        running.start_servers()
        yield running
    finally:
        running.stop()
