"""The database for a command that works on all of it, whether Headwater is running just now or not."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import postgres, stack
from config.embedded.account import let_through, server_account
from config.embedded.folders import make_data_folder, remove_socket_folder, secret_key
from config.embedded.launch import held
from config.embedded.places import addresses, bring_your_own_database
from config.embedded.supervisor import Supervisor, end_leftover


@contextmanager
def owners_database(data_dir: Path) -> Iterator[str]:
    """The owner's address of a database that answers; our own server is started for this where it is not running."""
    make_data_folder(data_dir)
    secret_key(data_dir)
    owner_url = addresses(data_dir).owner_url
    if bring_your_own_database():
        postgres.make_derived_roles(data_dir, owner_url)
        yield owner_url
    elif postgres.is_ready(data_dir):
        yield owner_url
    else:
        with held(data_dir), _started(data_dir):
            yield owner_url


@contextmanager
def loading_database(data_dir: Path, *, inside: Path) -> Iterator[str]:
    """The owner's address of a new database that is filled once, quickly, and on disk when the block ends well.

    A crash of the machine would cost all of it: whoever fills it moves it to its place afterwards. What an earlier try
    left of the folder goes; `inside` is the data folder that it lies in.
    """
    end_leftover(data_dir / "run" / "postgres.lock", "INT", patience_s=0)
    shutil.rmtree(data_dir, ignore_errors=True)
    make_data_folder(data_dir)
    let_through(inside, server_account())
    with _started(data_dir, settings=postgres.LOADING):
        yield addresses(data_dir, environ={}).owner_url
    postgres.sync(data_dir)


@contextmanager
def _started(data_dir: Path, *, settings: tuple[str, ...] = postgres.SAFE) -> Iterator[None]:
    supervisor = Supervisor(data_dir, say=lambda name, line: None)
    program = stack.postgres_program(data_dir, durability=settings)
    try:
        postgres.prepare(data_dir)
        supervisor.start(program, is_ready=lambda: postgres.is_ready(data_dir))
        postgres.make_roles(data_dir)
        yield
    finally:
        supervisor.stop()
        remove_socket_folder(data_dir)
