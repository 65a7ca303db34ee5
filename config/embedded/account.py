"""Which account PostgreSQL's programs run under: it refuses to run as root, and containers are often root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from config.embedded.folders import CannotStart


@dataclass(frozen=True)
class Account:
    """`prefix` goes before each command; `owner_id` is who must own its folders (None: whoever we are)."""

    prefix: tuple[str, ...] = ()
    owner_id: int | None = None
    group_id: int | None = None


@lru_cache
def server_account() -> Account:
    """Ourselves; where PostgreSQL refuses us, another name for us (a user namespace) or, for root, `nobody`.

    It refuses root, and users without a name, which containers often have.
    """
    if os.getuid() != 0 and _has_name(os.getuid()):
        return Account()
    namespace = _user_namespace()
    if shutil.which("unshare") and _works(*namespace):
        return Account(namespace)
    if os.getuid() != 0:
        raise CannotStart(f"PostgreSQL wants a user with a name, and {os.getuid()} has none in /etc/passwd.")
    if shutil.which("setpriv"):
        return _nobody()
    raise CannotStart("PostgreSQL refuses to run as root; run this command as an ordinary user.")


def _has_name(user_id: int) -> bool:
    try:
        return bool(pwd.getpwuid(user_id).pw_name)
    except KeyError:
        return False


def _user_namespace() -> tuple[str, ...]:
    named = next((entry for entry in pwd.getpwall() if entry.pw_uid != 0), None)
    user_id, group_id = (named.pw_uid, named.pw_gid) if named else (1000, 1000)
    return ("unshare", "--user", f"--map-user={user_id}", f"--map-group={group_id}")


def _nobody() -> Account:
    try:
        who = pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotStart("PostgreSQL refuses to run as root and there is no user `nobody`.") from error
    prefix = ("setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups")
    if not _works(*prefix):
        raise CannotStart("PostgreSQL refuses to run as root and `setpriv` may not change user here.")
    return Account(prefix, who.pw_uid, who.pw_gid)


def _works(*prefix: str) -> bool:
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def hand_over(folder: Path, account: Account) -> None:
    """Give a folder with all it holds to the servers' account, where that changes anything; only root can."""
    owner_id = os.getuid() if account.owner_id is None else account.owner_id
    group_id = os.getgid() if account.group_id is None else account.group_id
    if os.getuid() != 0 or folder.stat().st_uid == owner_id:
        return
    for path in (*folder.rglob("*"), folder):
        os.chown(path, owner_id, group_id, follow_symlinks=False)


def let_through(data_dir: Path, account: Account) -> None:
    """Let the servers' account walk (not look) into its own folder inside the data folder."""
    if account.owner_id is None:
        return
    data_dir.chmod(0o711)
    if not can_read(data_dir, account):
        raise CannotStart(f"the user `nobody` cannot reach {data_dir}; name another folder with HEADWATER_DATA.")


def can_read(path: Path, account: Account) -> bool:
    """Whether the servers' account can enter this folder or run this file."""
    answer = subprocess.run([*account.prefix, "test", "-x", str(path)], capture_output=True, check=False)
    return answer.returncode == 0
