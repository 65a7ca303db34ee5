"""Everything `./test` looks at, in order, each with its time; a failure does not hide the next one.

With arguments only pytest runs, with those arguments.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What follows the name of this Python on the command line.
STEPS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "."],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    # It also wants to ask the database which migrations ran, and warns that there is none.
    "migrations": ["-W", "ignore::RuntimeWarning", "-m", "django", "makemigrations", "--check", "--dry-run"],
}


def main() -> int:
    """Run the steps; 0 when all of them passed."""
    arguments = sys.argv[1:]
    steps = {} if arguments else dict(STEPS)
    steps["pytest"] = ["-m", "pytest", *arguments]
    with tempfile.TemporaryDirectory(prefix="headwater-check-") as folder:
        failed = [name for name, command in steps.items() if not passes(name, command, Path(folder) / "data")]
    say("Everything passed." if not failed else f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def passes(name: str, command: list[str], data_dir: Path) -> bool:
    """Run one step and say how it went."""
    say(f"{name}…")
    began = time.monotonic()
    # The steps read the settings: they must not make or touch the data folder of this checkout.
    environ = {**os.environ, "HEADWATER_DATA": str(data_dir), "DJANGO_SETTINGS_MODULE": "config.settings"}
    code = subprocess.run([sys.executable, *command], cwd=ROOT, env=environ, check=False).returncode
    say(f"{name}: {'passed' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - began:.1f} s")
    return code == 0


def say(text: str) -> None:
    """One line about what is happening."""
    print(f"test     | {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
