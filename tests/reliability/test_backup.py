"""`manage.py backup` and `restore`: what comes back is what was there, and what is doubtful is refused."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import tuple_row

from accounts.models import Upkeep
from config.backup import BackupError, back_up, restore
from config.backup.programs import run_program
from config.embedded import Addresses, postgres
from config.embedded.database import owners_database
from tests.servers import DATA_DIR
from tests.tracking.core.given import minutes, order, page, tagged
from tests.tracking.shop import Shop, open_shop

HOUSE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    """A shop with facts, and with events that nobody has looked at yet."""
    opened = open_shop()
    opened.tell(page("ann", url=tagged("spring")), order("ann", minutes(5), "1001", revenue=80, currency="EUR"))
    opened.post([page("bob", minutes(10), "https://shop.example.test/ünïcode")])
    return opened


def manage(*arguments: str, data_dir: Path = DATA_DIR) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HEADWATER_DATA": str(data_dir)}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=HOUSE, env=environ, capture_output=True, text=True, check=False)


def everything(data_dir: Path) -> dict[str, Any]:
    """Every row of every table, and where every sequence stands; by another way than the backup's own sums."""
    with postgres.superuser(data_dir, "headwater") as connection:
        tables = connection.execute(
            "select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition"
        ).fetchall()
        rows = {name: sorted(connection.execute(f"select t::text from {name} t").fetchall()) for (name,) in tables}
        fences = "select tablename, policyname, roles::text, qual, with_check from pg_policies order by 1, 2"
        triggers = "select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal order by 1, 2"
        rights = (
            "select relname, relrowsecurity, relforcerowsecurity, array(select format('%s %s', grantee::regrole,"
            " privilege_type) from aclexplode(coalesce(relacl, acldefault('r', relowner))) order by 1)"
            " from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1"
        )
        return {
            **rows,
            "sequences": connection.execute("select sequencename, last_value from pg_sequences order by 1").fetchall(),
            "fences": connection.execute(fences).fetchall(),
            "triggers": connection.execute(triggers).fetchall(),
            "rights": connection.execute(rights).fetchall(),
        }


def test_a_restored_folder_holds_every_row_every_fence_and_every_right(shop: Shop, tmp_path: Path) -> None:
    file, other = tmp_path / "backup of today", tmp_path / "other data"
    before = everything(DATA_DIR)
    made = manage("backup", str(file))
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    shop.post([page("cem", minutes(20))])

    # What a try that was killed leaves is in nobody's way.
    (other / "restoring" / "postgres").mkdir(parents=True)
    (other / "secret").write_text("0123456789abcdef-" * 4)
    restored = manage("restore", str(file), data_dir=other)
    assert restored.returncode == 0, restored.stderr
    assert sorted(path.name for path in other.iterdir()) == ["lock", "postgres", "secret"]
    with owners_database(other):
        found = everything(other)
    assert [len(found[f"tracking_{name}"]) for name in ("event", "inbox", "conversion")] == [3, 1, 1]
    assert found == before

    again = manage("restore", str(file), data_dir=other)
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)


def upkeep() -> list[tuple[str, bool]]:
    return list(Upkeep.objects.order_by("at").values_list("kind", "went_well"))


def test_a_tested_restore_is_written_down_whether_it_went_well_or_not(shop: Shop, tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    assert manage("backup", str(good)).returncode == 0
    before = everything(DATA_DIR)
    tested = manage("restore", "--test", str(good))
    assert (tested.returncode, "every table is as it was" in tested.stdout) == (0, True), tested.stderr
    bad.write_bytes(good.read_bytes()[:-2000])
    assert manage("restore", "--test", str(bad)).returncode == 1
    assert upkeep() == [("backup", True), ("restore_test", True), ("restore_test", False)]
    after = everything(DATA_DIR)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"accounts_upkeep", "sequences"}


def test_a_backup_is_never_overwritten_and_half_a_one_never_left(
    shop: Shop, servers: Addresses, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    file.write_text("the last good one")
    with pytest.raises(BackupError, match="exists already"):
        back_up(servers.owner_url, file)
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(servers.owner_url, tmp_path / "nowhere" / "backup")
    assert file.read_text() == "the last good one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_role_that_does_not_see_every_row_makes_no_backup(shop: Shop, servers: Addresses, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"headwater_app may not see every row of .*tracking_event"):
        back_up(servers.app_url, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def empty_url(servers: Addresses) -> str:
    """An empty database of the owner's on the same server."""
    with postgres.superuser(DATA_DIR) as connection:
        connection.execute("drop database if exists restored")
        connection.execute("create database restored owner headwater_owner")
    return servers.owner_url.replace("/headwater?", "/restored?")


def test_what_is_damaged_or_does_not_add_up_is_refused(
    shop: Shop, servers: Addresses, empty_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    back_up(servers.owner_url, file)
    whole = file.read_bytes()

    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="or it was cut off"):
        restore(empty_url, tmp_path / "cut")
    with zipfile.ZipFile(file) as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
    place = largest.header_offset + 30 + len(largest.filename) + largest.file_size // 2
    (tmp_path / "damaged").write_bytes(whole[:place] + b"rust" + whole[place + 4 :])
    with pytest.raises(BackupError, match="is damaged"):
        restore(empty_url, tmp_path / "damaged")
    with pytest.raises(BackupError, match="there is no file"):
        restore(empty_url, tmp_path / "nothing")
    with psycopg.connect(empty_url, row_factory=tuple_row) as connection:
        found = "select count(*) from pg_class where relnamespace = 'public'::regnamespace"
        assert connection.execute(found).fetchone() == (0,)

    with zipfile.ZipFile(file) as good, zipfile.ZipFile(tmp_path / "other", "w") as bad:
        about = json.loads(good.read("about.json"))
        about["tables"]["tracking_touch"] = ["2", about["tables"]["tracking_touch"][1]]
        bad.writestr("about.json", json.dumps(about))
        for part in good.infolist()[1:]:
            bad.writestr(part, good.read(part))
    with pytest.raises(BackupError, match=r"differ from the backup.*: tracking_touch\."):
        restore(empty_url, tmp_path / "other")


def test_a_backup_of_the_first_format_is_restored(
    shop: Shop, servers: Addresses, empty_url: str, tmp_path: Path
) -> None:
    file, dump = tmp_path / "backup", tmp_path / "database.dump"
    sums = back_up(servers.owner_url, file)
    run_program(["pg_dump", "-Fc", f"--file={dump}", "--enable-row-security", "--no-comments"], servers.owner_url)
    with zipfile.ZipFile(file) as new, zipfile.ZipFile(tmp_path / "old", "w") as old:
        about = json.loads(new.read("about.json")) | {"format": 1}
        old.writestr("about.json", json.dumps(about))
        old.write(dump, "database.dump")
    assert restore(empty_url, tmp_path / "old") == sums
