"""Telling the workers is in the way of no event, not even the first time."""

import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
RING = """
import sys
from config import asgi
loaded = set(sys.modules)
asgi.tell_workers(0)
late = {name for name in sys.modules if name.split(".")[0] in ("celery", "config", "kombu", "redis")} - loaded
assert not late, sorted(late)
"""


def test_the_first_bell_finds_everything_loaded(servers):
    subprocess.run([sys.executable, "-c", RING], cwd=HOUSE, check=True, timeout=60)
