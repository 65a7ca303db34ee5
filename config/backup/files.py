"""A backup's file: a zip of `about.json` and of what pg_dump wrote, which is compressed already.

It holds no key of this machine: keep the data folder's `secret` apart from it. Format 1 holds one `database.dump`,
which only one process can write and read; format 2 a folder `database/`, at which several can be at once.
"""

import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.backup.sums import Sums

FORMAT, FORMATS = 2, (1, 2)
_FOLDER, _SINGLE = "database", "database.dump"


class BackupError(Exception):
    """Why a backup could not be made or restored, in plain words."""


def pack(unfinished: Path, dump: Path, sums: Sums) -> None:
    """Write the file from the folder of a dump, whose files go one by one; on disk when this returns."""
    about = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "tables": sums}
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("about.json", json.dumps(about, indent=1))
            for part in sorted(dump.iterdir()):
                archive.write(part, f"{_FOLDER}/{part.name}")
                # Never much more room than the finished file takes.
                part.unlink()
        written.flush()
        os.fsync(written.fileno())


def unpack(file: Path, folder: Path) -> Path:
    """Write what is in the file into a folder, every part with its check sum looked at; what pg_restore wants."""
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.namelist():
                # Zip's own care for names: nothing lands outside of the folder.
                archive.extract(part, folder)
    except OSError as error:
        raise BackupError(f"{file} cannot be unpacked into {folder}: {error.strerror}.") from error
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise BackupError(f"{file} is damaged: its check sum is wrong.") from error
    return folder / _SINGLE if (folder / _SINGLE).exists() else folder / _FOLDER


def read_about(file: Path) -> dict[str, Any]:
    """What a backup says of itself; BackupError when it is none, or was cut off."""
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read("about.json"))
    except FileNotFoundError as error:
        raise BackupError(f"there is no file {file}.") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{file} is no backup of Headwater, or it was cut off.") from error
    if about.get("format") not in FORMATS:
        raise BackupError(f"{file} was made by a newer Headwater.")
    return dict(about)
