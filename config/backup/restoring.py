"""Restore a backup, compare every table with it, and let nobody see anything that is not whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config.backup.files import BackupError, read_about, unpack
from config.backup.programs import connect, run_program
from config.backup.sums import WORKERS, Sums, add_up
from config.embedded.database import loading_database, owners_database
from config.embedded.folders import make_data_folder, secret_key
from config.embedded.launch import held
from config.embedded.places import bring_your_own_database

SPARE = "hw_restore_test"
RESTORING = "restoring"
_TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
_PARTITIONED = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'p'"


def restore_here(data_dir: Path, file: Path) -> Sums:
    """Fill the database that the environment names, or the data folder's own, which may not be there yet."""
    if bring_your_own_database() or (data_dir / "postgres").exists():
        with owners_database(data_dir) as owner_url:
            return restore(owner_url, file, scratch=data_dir)
    return restore_new(data_dir, file)


def restore_new(data_dir: Path, file: Path) -> Sums:
    """Make a data folder's database from a backup; killed halfway, there is none, and the next try begins anew."""
    about = read_about(file)
    make_data_folder(data_dir)
    secret_key(data_dir)
    with held(data_dir), loading_database(data_dir / RESTORING, inside=data_dir) as owner_url:
        sums = _fill(owner_url, file, about, scratch=data_dir / RESTORING, at_once=False)
    (data_dir / RESTORING / "postgres").rename(data_dir / "postgres")
    _sync(data_dir)
    shutil.rmtree(data_dir / RESTORING)
    return sums


def restore(owner_url: str, file: Path, *, scratch: Path | None = None) -> Sums:
    """Fill an empty database from a backup, in one transaction, and compare every table; returns the sums.

    The backup is unpacked in `scratch`, or where temporary files go.
    """
    about = read_about(file)
    with connect(owner_url) as connection:
        if connection.execute(_TABLES).fetchone():
            raise BackupError("the database is not empty; restore into a new data folder or a new database.")
    return _fill(owner_url, file, about, scratch=scratch, at_once=True)


def _fill(owner_url: str, file: Path, about: dict[str, Any], *, scratch: Path | None, at_once: bool) -> Sums:
    with tempfile.TemporaryDirectory(prefix="headwater-backup-", dir=scratch) as folder:
        dump = unpack(file, Path(folder))
        how = ["--single-transaction"] if at_once else [f"--jobs={WORKERS}"]
        run_program(["pg_restore", *how, "--exit-on-error", "--no-owner", str(dump)], owner_url)
    sums = add_up(partial(connect, owner_url), analyze=True)
    wrong = sorted(name for name in {*sums, *about["tables"]} if sums.get(name) != about["tables"].get(name))
    if wrong:
        raise BackupError(f"these tables differ from the backup, so it must not be used: {', '.join(wrong)}.")
    _analyze_partitioned(owner_url)
    return sums


def _analyze_partitioned(owner_url: str) -> None:
    with connect(owner_url) as connection:
        # Their partitions have been looked at one by one, which older servers cannot leave out.
        only = "only " if connection.info.server_version >= 180_000 else ""
        for (name,) in connection.execute(_PARTITIONED).fetchall():
            connection.execute(sql.SQL(f"analyze {only}{{}}").format(sql.Identifier(name)))


def restore_for_test(owner_url: str, file: Path) -> Sums:
    """Restore into a database that is thrown away; `owner_url` is the real one's, which is not touched."""
    if bring_your_own_database():
        with _database_beside(owner_url) as spare_url:
            return restore(spare_url, file)
    with tempfile.TemporaryDirectory(prefix="headwater-restore-") as place:
        return restore_new(Path(place) / "data", file)


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


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
