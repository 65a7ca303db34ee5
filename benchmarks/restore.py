"""Back up a million events with all that was made of them, restore, compare, boot: how long until it accepts again?

    python -m benchmarks.restore [--events 1000000]

Every step is the command that an operator would type. The restore counts and hashes every table and compares it with
the backup; then the restored folder is started, makes a workspace, takes an event and works it off. Prints the seconds
of each step, and exits with 1 when all of them together take longer than the goal.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.big_shop import TOUCHES_A_LEAD, TOUCHES_AN_ORDER, make_big_shop  # noqa: E402 - the addresses come first
from benchmarks.kills import make_tables  # noqa: E402
from benchmarks.recovery import ROOT, running  # noqa: E402
from config.embedded import postgres  # noqa: E402
from tests.reliability.killing.house import House  # noqa: E402

GOAL_S = 60.0


def fill(house: House, events: int) -> int:
    """As many events, most of them page views; how many there are then."""
    make_big_shop(house.data_dir, int(events / (1 + 1 / TOUCHES_AN_ORDER + 0.8 / TOUCHES_A_LEAD)))
    with postgres.superuser(house.data_dir, "headwater") as connection:
        return int(connection.execute("select count(*) from tracking_event").fetchone()[0])


def command(data_dir: Path, *arguments: str) -> float:
    """Run one of manage.py's; the seconds it took."""
    began_at = time.monotonic()
    environ = {**os.environ, "HEADWATER_DATA": str(data_dir)}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, check=True)
    return time.monotonic() - began_at


def boot(data_dir: Path) -> float:
    """Start the restored folder, and have an event of a new workspace go all the way; seconds until it was accepted."""
    began_at = time.monotonic()
    with running(data_dir) as headwater:
        headwater.shop.post("page", {"anonymousId": "ann"})
        took = time.monotonic() - began_at
        headwater.shop.wait_until_caught_up(accepted=1, seconds=120)
    return took


def main() -> int:
    """Measure once; 0 when the goal was met."""
    reader = argparse.ArgumentParser(description="Back up and restore a million events.")
    reader.add_argument("--events", type=int, default=1_000_000)
    wanted = reader.parse_args()
    house = House()
    try:
        house.start_servers()
        make_tables(house)
        events = fill(house, wanted.events)
        print(f"{events:,} events; load {os.getloadavg()[0]:.1f}", flush=True)
        file, restored = house.folder / "backup", house.folder / "restored"
        seconds = {"backup": command(house.data_dir, "backup", str(file))}
        print(f"backup: {seconds['backup']:.1f} s, {file.stat().st_size / 1e6:.0f} MB", flush=True)
        seconds["restore"] = command(restored, "restore", str(file))
        print(f"restore: {seconds['restore']:.1f} s", flush=True)
        seconds["boot"] = boot(restored)
        print(f"boot: {seconds['boot']:.1f} s until an event was accepted", flush=True)
    finally:
        house.close()
    whole = sum(seconds.values())
    told = {name: round(took, 1) for name, took in seconds.items()}
    print(json.dumps({"events": events, **told, "whole": round(whole, 1), "goal": GOAL_S}))
    return 1 if whole > GOAL_S else 0


if __name__ == "__main__":
    sys.exit(main())
