"""The long form of the hostile input: a million bent payloads against a running Headwater, and the other tests once.

    python -m benchmarks.hostile [--payloads 1000000] [--seed N]

Runs `tests/reliability/test_hostile.py`; whatever it finds can be made again from the seed it prints.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from random import SystemRandom

HOUSE = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the tests with so many payloads; pytest's exit code."""
    reader = argparse.ArgumentParser(description="Send what nobody meant; nothing may break, slow down or grow.")
    reader.add_argument("--payloads", type=int, default=1_000_000)
    reader.add_argument("--seed", type=int, default=SystemRandom().randrange(10**9))
    wanted = reader.parse_args()
    environ = {**os.environ, "HOSTILE_PAYLOADS": str(wanted.payloads), "HOSTILE_SEED": str(wanted.seed)}
    command = [sys.executable, "-m", "pytest", "-s", "--log-level=WARNING", "tests/reliability/test_hostile.py"]
    return subprocess.run(command, cwd=HOUSE, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
