"""The data folder, its secrets, and the short private folder the sockets live in."""

import hashlib
import os
import pwd
import secrets
import stat
import tempfile
from pathlib import Path

# A socket's path may have 103 bytes on macOS; the longest name we put there is "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 84


class CannotStart(SystemExit):
    """A reason in plain words why Headwater cannot run here; ends the command with exit code 1."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Headwater cannot start: {reason}")


def make_data_folder(data_dir: Path) -> Path:
    """Make the data folder, or check that an existing one is ours; close it to everybody else (700)."""
    try:
        if not data_dir.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif _is_somebody_elses(data_dir):
            raise CannotStart(f"{data_dir} is neither empty nor a Headwater data folder; name another HEADWATER_DATA.")
        _close_to_others(data_dir)
    except OSError as error:
        raise CannotStart(f"the data folder {data_dir} cannot be used: {error.strerror}.") from error
    return data_dir


def _is_somebody_elses(data_dir: Path) -> bool:
    names = {entry.name for entry in data_dir.iterdir()}
    if names & {"secret", "secrets"}:
        return False
    # Another command may be writing the first secret just now.
    return any(name != "lost+found" and not name.startswith(".secret-") for name in names)


def _close_to_others(folder: Path) -> None:
    found = folder.stat()
    # 711 is what the servers' own account needs on machines where it is not ours (see account.py).
    if found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) not in (0o700, 0o711):
        folder.chmod(0o700)


def secret_key(data_dir: Path) -> str:
    """The key that signs sessions and tokens of this data folder; made once, at random."""
    return kept_secret(make_data_folder(data_dir) / "secret")


def role_password(data_dir: Path, role: str) -> str:
    """The password of a database role that we made on somebody else's server; made once, at random."""
    folder = make_data_folder(data_dir) / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    return kept_secret(folder / role)


def kept_secret(path: Path) -> str:
    """Read a secret from a file that only we can read, making it when it is missing."""
    try:
        return _read_secret(path)
    except FileNotFoundError:
        _write_secret(path)
    return _read_secret(path)


def _read_secret(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii").strip()
    except PermissionError as error:
        raise CannotStart(f"{path} belongs to another user; name another folder with HEADWATER_DATA.") from error
    if len(text) < 50:
        raise CannotStart(f"{path} must hold at least 50 characters; delete it to have it made again.")
    return text


def _write_secret(path: Path) -> None:
    # Written aside and linked: two commands starting at once agree on one secret, and never read half of it.
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(made)


def socket_folder(data_dir: Path) -> Path:
    """Where the sockets of this data folder are: the same answer for everybody who asks, without looking."""
    digest = hashlib.sha256(os.fsencode(os.path.realpath(data_dir))).hexdigest()[:10]
    name = f"headwater-{os.getuid()}-{digest}"
    parent = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108
    folder = Path(os.path.realpath(parent)) / name
    if len(os.fsencode(str(folder))) > LONGEST_SOCKET_FOLDER:
        folder = Path("/tmp") / name  # noqa: S108
    return folder


def make_socket_folder(data_dir: Path) -> Path:
    """Make the sockets' folder (mode 700); refuse one that somebody else put there before us."""
    folder = socket_folder(data_dir)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise CannotStart(f"{folder} cannot be made: {error.strerror}.") from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in _our_user_ids():
        raise CannotStart(f"{folder} was made by somebody else; remove it or set TMPDIR to a folder of yours.")
    folder.chmod(0o700)
    return folder


def remove_socket_folder(data_dir: Path) -> None:
    """Remove the sockets' folder when nothing is left in it."""
    try:
        socket_folder(data_dir).rmdir()
    except OSError:
        pass


def _our_user_ids() -> set[int]:
    if os.getuid() != 0:
        return {os.getuid()}
    try:
        return {0, pwd.getpwnam("nobody").pw_uid}
    except KeyError:
        return {0}
