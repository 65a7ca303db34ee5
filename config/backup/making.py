"""Make a backup, beside whoever works in the database."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from config.backup.files import BackupError, pack
from config.backup.programs import connect, run_program
from config.backup.sums import WORKERS, Sums, add_up

# Under forced row security pg_dump would leave rows out without a word where the owner may not see them all.
_HIDDEN = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relforcerowsecurity and not exists (
    select from pg_policy p where p.polrelid = c.oid and pg_get_expr(p.polqual, p.polrelid) = 'true'
        and (p.polroles = '{0}' or (select oid from pg_roles where rolname = current_user) = any (p.polroles))
) order by 1
"""


def back_up(owner_url: str, file: Path) -> Sums:
    """Write a backup of everything committed when it begins; refuses to overwrite. Returns each table's sums."""
    if file.exists():
        raise BackupError(f"{file} exists already; name another file.")
    unfinished = file.with_name(f"{file.name}.part")
    try:
        # Beside the file: wherever there is room for it.
        with (
            tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as beside,
            connect(owner_url) as connection,
        ):
            _refuse_hidden_rows(connection)
            # Sums and dump see the same moment.
            snapshot = connection.execute("select pg_export_snapshot()").fetchone()[0]
            sums = add_up(partial(_connect_to, snapshot, owner_url))
            _dump(owner_url, Path(beside) / "database", snapshot)
            pack(unfinished, Path(beside) / "database", sums)
        unfinished.rename(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return sums


def _connect_to(snapshot: str, owner_url: str) -> Any:
    connection = connect(owner_url)
    connection.execute(f"set transaction snapshot '{snapshot}'")
    return connection


def _dump(owner_url: str, folder: Path, snapshot: str) -> None:
    # Quick rather than small: a backup is made every day.
    command = ["pg_dump", "-Fd", f"--jobs={WORKERS}", f"--file={folder}", "--compress=gzip:1"]
    run_program([*command, f"--snapshot={snapshot}", "--enable-row-security", "--no-comments"], owner_url)


def _refuse_hidden_rows(connection: Any) -> None:
    hidden = [name for (name,) in connection.execute(_HIDDEN).fetchall()]
    if hidden:
        raise BackupError(f"{connection.info.user} may not see every row of {', '.join(hidden)}; use the owner's role.")
