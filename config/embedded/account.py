"""Which account PostgreSQL's programs run under: it refuses to run as root, and containers are often root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from config.embedded.folders import CannotStart

USER_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True)
class Account:
    """`prefix` goes before each command; `owner_id` is who must own its folders (None: whoever we are)."""

    prefix: tuple[str, ...] = ()
    owner_id: int | None = None
    group_id: int | None = None


@lru_cache
def server_account() -> Account:
    """Ourselves; for root another name for root (a user namespace), else the account `nobody`."""
    if os.getuid() != 0:
        return Account()
    if shutil.which("unshare") and _works(*USER_NAMESPACE):
        return Account(USER_NAMESPACE)
    if shutil.which("setpriv"):
        return _nobody()
    raise CannotStart("PostgreSQL refuses to run as root; run this command as an ordinary user.")


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
    """Give a folder with all it holds to the servers' account; nothing to do when that is ourselves."""
    if account.owner_id is None or account.group_id is None:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.owner_id, account.group_id, follow_symlinks=False)


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
