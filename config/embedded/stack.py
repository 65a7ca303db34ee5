"""Headwater's programs, each with the way it wants to be ended."""

import http.client
import sys
from pathlib import Path

from config.embedded import postgres, valkey
from config.embedded.supervisor import Program

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUES = "facts,fill,reports,default"
# Connections that may wait while nobody answers, as while the web process starts again.
BACKLOG = 2048
# Of a program that hangs; it says something every two seconds.
SILENT_S = 20.0
# The servers are up in a tenth of a second; who is killed time and again is needed at once each time.
SERVER_QUICK_DEATH_S = 1.0
# A loop that answers in milliseconds says something every second.
WEB_SILENT_S = 10.0


def postgres_program(data_dir: Path, *, durability: tuple[str, ...] = postgres.SAFE) -> Program:
    """PostgreSQL; SIGINT is its fast way to end: open transactions are undone, the log is flushed."""
    command = postgres.server_command(data_dir, durability=durability)
    return Program("postgres", command, stop_signal="INT", grace_s=30, quick_death_s=SERVER_QUICK_DEATH_S)


def valkey_program(data_dir: Path, *, durable: bool = True) -> Program:
    """Valkey; on SIGTERM it flushes its append-only file."""
    command = valkey.server_command(data_dir, durable=durable)
    return Program("valkey", command, quick_death_s=SERVER_QUICK_DEATH_S)


def web_program(
    host: str, port: int, environ: dict[str, str], *, name: str = "web", listener: int | None = None
) -> Program:
    """Pages and collector on one port, in one process; several on one `listener` take turns, see `config.serve`."""
    command = [*_python("config.serve"), "config.asgi:application", "--host", host, "--port", str(port)]
    environ = {**environ, "PYTHONPATH": str(ROOT)}
    return Program(name, command, environ=environ, silent_s=WEB_SILENT_S, listener=listener)


def worker_program(environ: dict[str, str], *, concurrency: int = 2) -> Program:
    """Celery's worker; SIGQUIT gives running tasks a few seconds, then hands them back to the queue."""
    command = [
        *_celery("worker"),
        "-c",
        str(concurrency),
        "-Q",
        QUEUES,
        "--without-gossip",
        "--without-mingle",
    ]
    # As root it warns of pickled messages on every start; ours are JSON only.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    command += ["-l", "WARNING"]
    environ = {**environ, **quiet}
    return Program("worker", command, stop_signal="QUIT", grace_s=7, environ=environ, silent_s=SILENT_S)


def kernels_program(environ: dict[str, str]) -> Program:
    """What compiles the kernels, once per version of the code."""
    return Program("kernels", _python("config.kernels"), environ={**environ, "PYTHONPATH": str(ROOT)}, once=True)


def beat_program(data_dir: Path, environ: dict[str, str]) -> Program:
    """Celery's clock."""
    schedule = data_dir / "run" / "beat-schedule"
    # Killed while writing, the file can be unreadable for good; all it holds is when things ran last.
    schedule.unlink(missing_ok=True)
    command = [*_celery("beat"), "-s", str(schedule), "--pidfile", "", "-l", "WARNING"]
    return Program("beat", command, environ={**environ, "HEADWATER_PART": "clock"}, silent_s=SILENT_S)


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _celery(command: str) -> list[str]:
    return [*_python("celery"), "--quiet", "--workdir", str(ROOT), "-A", "config", command]


def answers(host: str, port: int) -> bool:
    """Whether the web process answers at all, well or not."""
    connection = http.client.HTTPConnection(local_name(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def local_name(host: str) -> str:
    """The address by which this machine reaches a server bound to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
