"""Backups: the whole database in one file, with what every table added up to, so that a restore can be believed.

The file is a zip of `about.json` and of `database.dump` in pg_dump's custom format. It holds no key of this machine:
keep the data folder's `secret` apart from it.
"""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config.embedded import postgres
from config.embedded.database import owners_database
from config.embedded.places import bring_your_own_database

Sums = dict[str, list[str]]
FORMAT = 1
SPARE = "hw_restore_test"

_TABLES = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1
"""
# Under forced row security pg_dump would leave rows out without a word where the owner may not see them all.
_HIDDEN = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relforcerowsecurity and not exists (
    select from pg_policy p where p.polrelid = c.oid and pg_get_expr(p.polqual, p.polrelid) = 'true'
        and (p.polroles = '{0}' or (select oid from pg_roles where rolname = current_user) = any (p.polroles))
) order by 1
"""


class BackupError(Exception):
    """Why a backup could not be made or restored, in plain words."""


def back_up(owner_url: str, file: Path) -> Sums:
    """Write a backup of everything committed when it begins; refuses to overwrite. Returns each table's sums."""
    if file.exists():
        raise BackupError(f"{file} exists already; name another file.")
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with _connect(owner_url) as connection:
            _refuse_hidden_rows(connection)
            # Sums and dump see the same moment.
            snapshot = connection.execute("select pg_export_snapshot()").fetchone()[0]
            sums = add_up(connection)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
                _write(written, owner_url, snapshot, sums)
        unfinished.rename(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return sums


def _write(written: IO[bytes], owner_url: str, snapshot: str, sums: Sums) -> None:
    about = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "tables": sums}
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("about.json", json.dumps(about, indent=1))
        with archive.open("database.dump", "w", force_zip64=True) as dump:
            # Quick rather than small: a backup is made every day.
            command = ["pg_dump", "-Fc", "--compress=gzip:1", f"--snapshot={snapshot}"]
            command += ["--enable-row-security", "--no-comments"]
            _run_program(command, owner_url, output=dump)
    written.flush()
    os.fsync(written.fileno())


def restore(owner_url: str, file: Path) -> Sums:
    """Fill an empty database from a backup, in one transaction, and compare every table; returns the sums."""
    about = read_about(file)
    with _connect(owner_url) as connection:
        if connection.execute(_TABLES).fetchone():
            raise BackupError("the database is not empty; restore into a new data folder or a new database.")
    with zipfile.ZipFile(file) as archive, archive.open("database.dump") as dump:
        _run_program(["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner"], owner_url, source=dump)
    with _connect(owner_url) as connection:
        sums = add_up(connection)
        connection.execute("analyze")
    wrong = sorted(name for name in {*sums, *about["tables"]} if sums.get(name) != about["tables"].get(name))
    if wrong:
        raise BackupError(f"these tables differ from the backup, so it must not be used: {', '.join(wrong)}.")
    return sums


def restore_for_test(owner_url: str, file: Path) -> Sums:
    """Restore into a database that is thrown away; `owner_url` is the real one's, which is not touched."""
    with _database_beside(owner_url) if bring_your_own_database() else _server_of_its_own() as spare_url:
        return restore(spare_url, file)


@contextmanager
def _server_of_its_own() -> Iterator[str]:
    folder = tempfile.TemporaryDirectory(prefix="headwater-restore-")
    with folder as place, owners_database(Path(place) / "data") as owner_url:
        yield owner_url


@contextmanager
def _database_beside(owner_url: str) -> Iterator[str]:
    """On the same server, where the owner needs CREATEDB for it."""
    name = sql.Identifier(SPARE)
    try:
        with psycopg.connect(owner_url, connect_timeout=10, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {}").format(name))
            connection.execute(sql.SQL("create database {}").format(name))
    except psycopg.Error as error:
        raise BackupError(f"the database {SPARE} cannot be made for the test: {error}") from error
    try:
        yield urlsplit(owner_url)._replace(path=f"/{SPARE}").geturl()
    finally:
        with psycopg.connect(owner_url, connect_timeout=10, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {}").format(name))


def read_about(file: Path) -> dict[str, Any]:
    """What a backup says of itself; BackupError when it is none, or is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read("about.json"))
            damaged = archive.testzip()
    except FileNotFoundError as error:
        raise BackupError(f"there is no file {file}.") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{file} is no backup of Headwater, or it was cut off.") from error
    if damaged:
        raise BackupError(f"{file} is damaged: its check sum is wrong.")
    if about.get("format") != FORMAT:
        raise BackupError(f"{file} was made by a newer Headwater.")
    return dict(about)


def add_up(connection: Any) -> Sums:
    """Count and hash the rows of every table, in any order of theirs."""
    connection.execute("set local timezone = 'UTC'")
    sums = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        statement = sql.SQL("select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {} t")
        sums[name] = [str(value) for value in connection.execute(statement.format(sql.Identifier(name))).fetchone()]
    return sums


def _connect(owner_url: str) -> Any:
    try:
        connection = psycopg.connect(owner_url, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise BackupError(f"the database does not answer: {error}") from error
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _refuse_hidden_rows(connection: Any) -> None:
    hidden = [name for (name,) in connection.execute(_HIDDEN).fetchall()]
    if hidden:
        raise BackupError(f"{connection.info.user} may not see every row of {', '.join(hidden)}; use the owner's role.")


def _run_program(
    command: list[str], owner_url: str, *, source: IO[bytes] | None = None, output: IO[bytes] | None = None
) -> None:
    environ = {**os.environ, **_as_environ(owner_url)}
    with subprocess.Popen(
        [str(postgres.programs() / command[0]), *command[1:], "--dbname", environ["PGDATABASE"]],
        stdin=subprocess.PIPE if source else subprocess.DEVNULL,
        stdout=subprocess.PIPE if output else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environ,
    ) as program:
        try:
            if source and program.stdin:
                shutil.copyfileobj(source, program.stdin, 1 << 20)
                program.stdin.close()
            if output and program.stdout:
                shutil.copyfileobj(program.stdout, output, 1 << 20)
        except BrokenPipeError:
            pass  # It ended early and says why below.
        reason = program.stderr.read().decode("utf-8", "replace") if program.stderr else ""
    if program.returncode != 0:
        raise BackupError(f"{command[0]} failed: {reason.strip() or program.returncode}")


def _as_environ(url: str) -> Mapping[str, str]:
    # Not on the command line, where everybody on the machine could read the password.
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    given = conninfo_to_dict(url)
    return {variable: str(given[name]) for name, variable in names.items() if given.get(name)}
