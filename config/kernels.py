"""The compiled kernels: made once per version of the code, by one process, before any worker wants them.

`python -m config.kernels` compiles them into Numba's cache; later starts load them from there in under a second.
"""

import hashlib
import importlib
import os
import platform
import threading
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Modules with a `warm_up()` that calls every kernel of theirs that is used; what most pages want comes first.
COMPILED = (
    "attribution.core.solved",
    "attribution.core.adding",
    "attribution.core.daily",
    "attribution.core.day_paths",
    "funnels.core.progress",
)


def warm_up() -> None:
    """Compile every kernel, or load it from the cache; only in a process that will never fork afterwards."""
    for name in COMPILED:
        importlib.import_module(name).warm_up()


def are_compiled(cache_dir: Path) -> bool:
    """Whether the cache was filled from the code as it is now."""
    return _note(cache_dir, fingerprint()).exists()


def is_preparing() -> bool:
    """Whether a process is compiling the kernels at this moment: who called one now would compile it once more."""
    import redis

    from config import pulse

    try:
        return pulse.age_s("kernels") is not None and not are_compiled(Path(os.environ["NUMBA_CACHE_DIR"]))
    except (redis.RedisError, OSError):
        return False


def fingerprint() -> str:
    """What the cache depends on: Numba looks at place, size and time of each source, so this does too."""
    machine = [platform.machine(), platform.python_version(), version("numba"), os.environ.get("NUMBA_DISABLE_JIT", "")]
    parts = [str(ROOT), *machine, *COMPILED]
    for folder in ("attribution", "funnels"):
        for path in sorted((ROOT / folder / "core").rglob("*.py")):
            found = path.stat()
            parts.append(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _note(cache_dir: Path, made_from: str) -> Path:
    return cache_dir / f"made-from-{made_from[:16]}"


def main() -> None:
    """Compile, leaving a sign of life meanwhile so that /healthz knows why there is no worker yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Settings name the cache's folder.
    from config import settings  # noqa: F401

    # Taken before: a file that changes meanwhile makes the next start compile again.
    made_from = fingerprint()
    threading.Thread(target=_say_so, daemon=True).start()
    warm_up()
    cache_dir = Path(os.environ["NUMBA_CACHE_DIR"])
    cache_dir.mkdir(parents=True, exist_ok=True)
    _note(cache_dir, made_from).touch()


def _say_so() -> None:
    from config import pulse

    while True:
        pulse.leave("kernels")
        time.sleep(pulse.EVERY_S)


if __name__ == "__main__":
    main()
