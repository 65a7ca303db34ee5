"""D1 in its short form: every part is killed at random moments under load; nothing is lost, doubled or wrong after it.

`python -m benchmarks.kills` is the long form, and the one with the sabotages that this must be able to see.
"""

import os
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
# On two cores that nobody else uses this takes well under two minutes; a busy machine needs longer to come to rest.
PATIENCE_S = 900


def test_nothing_is_lost_or_doubled_while_every_part_is_killed():
    command = [sys.executable, "-m", "benchmarks.kills", "--kills", "40", "--events", "60000", "--seconds", "55"]
    environ = {name: value for name, value in os.environ.items() if name != "HEADWATER_DATA"}
    done = subprocess.run(command, cwd=HOUSE, env=environ, capture_output=True, text=True, timeout=PATIENCE_S)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3_000:]
    assert " 0 lost, 0 doubled" in done.stdout
