"""Kill web, worker, clock, PostgreSQL and Valkey under load; count what was lost, doubled or derived wrongly.

    python -m benchmarks.kills [--kills 300] [--events 1000000] [--seconds 1500] [--seed N] [--sabotage NAME]

Exits with 1 when anything is not exactly as promised. With --sabotage it must: see `--help` for the names.
"""

import argparse
import os
import sys
import time
from random import SystemRandom

for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.reliability.killing.bench import Plan, Run, warm_up  # noqa: E402 - the addresses come first
from tests.reliability.killing.house import House  # noqa: E402
from tests.reliability.killing.sabotage import (  # noqa: E402
    SABOTAGES,
    break_database,
    break_program,
    make_commits_uneven,
)

REST_S = 20.0


def make_tables(house: House) -> None:
    """Migrate, in this process, as the owner."""
    os.environ["HEADWATER_DATA"] = str(house.data_dir)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", database="owner", interactive=False, verbosity=0, skip_checks=True)


def read_arguments() -> argparse.Namespace:
    """The command line."""
    reader = argparse.ArgumentParser(description="Kill everything at random moments; nothing may be lost or doubled.")
    reader.add_argument("--kills", type=int, default=300)
    reader.add_argument("--events", type=int, default=1_000_000)
    reader.add_argument("--seconds", type=float, default=1_500)
    reader.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    told = "; ".join(f"{name}: {what}" for name, what in SABOTAGES.items())
    reader.add_argument("--sabotage", choices=SABOTAGES, default="", help=told)
    return reader.parse_args()


def main() -> int:
    """Run once; 0 when every promise held."""
    wanted = read_arguments()
    began_at = time.monotonic()
    house = House(change=lambda program: break_program(program, wanted.sabotage))
    try:
        house.start_servers()
        make_tables(house)
        make_commits_uneven(house)
        break_database(house, wanted.sabotage)
        house.start_programs()
        warm_up(house)
        rest_s = REST_S if wanted.sabotage else 0.0
        run = Run(house, Plan(wanted.seed, wanted.kills, wanted.events, wanted.seconds, rest_s=rest_s))
        print(f"seed {wanted.seed}: up after {time.monotonic() - began_at:.1f} s", flush=True)
        verdict = run.go(lambda line: print(line, flush=True))
    finally:
        house.close()
    for fault, number in verdict.faults.items():
        print(f"{fault}: {number}, for example {verdict.examples.get(fault, '')}")
    lost, doubled = verdict.faults["lost"], verdict.faults["doubled"]
    print(f"{verdict.accepted} accepted, {lost} lost, {doubled} doubled, in {time.monotonic() - began_at:.0f} s")
    return 1 if verdict.faults.total() else 0


if __name__ == "__main__":
    sys.exit(main())
