"""PostgreSQL's own programs, and connections, by an address whose password nobody sees."""

import os
import subprocess
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config.backup.files import BackupError
from config.embedded import postgres


def connect(url: str) -> Any:
    """A connection that sees one moment of the database."""
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise BackupError(f"the database does not answer: {error}") from error
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def run_program(command: list[str], url: str, **variables: str) -> None:
    """Run one of PostgreSQL's programs on the database; BackupError with what it says where it fails."""
    environ = {**os.environ, **_as_environ(url), **variables}
    program = [str(postgres.programs() / command[0]), *command[1:], "--dbname", environ["PGDATABASE"]]
    done = subprocess.run(program, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise BackupError(f"{command[0]} failed: {reason or done.returncode}")


def _as_environ(url: str) -> Mapping[str, str]:
    # Not on the command line, where everybody on the machine could read the password.
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    given = conninfo_to_dict(url)
    return {variable: str(given[name]) for name, variable in names.items() if given.get(name)}
