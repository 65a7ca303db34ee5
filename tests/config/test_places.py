"""Where the servers are said to be, for each way of saying it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.embedded.folders import CannotStart, make_data_folder, make_socket_folder, socket_folder
from config.embedded.places import addresses, derived_roles

OWNER = "postgresql://boss:pw@db.example:5433/shop?sslmode=require"
APP = "postgresql://pages:pw@db.example/shop"
COLLECTOR = "postgresql://door:pw@db.example/shop"


def test_without_a_word_the_servers_of_the_data_folder_are_meant(tmp_path: Path) -> None:
    found = addresses(tmp_path, {})
    sockets = socket_folder(tmp_path)
    assert found.owner_url == f"postgresql://headwater_owner@/headwater?host={sockets}"
    assert found.app_url == f"postgresql://headwater_app@/headwater?host={sockets}"
    assert found.redis_url == f"unix://{sockets}/valkey.sock"
    assert found.celery_broker_url == f"redis+socket://{sockets}/valkey.sock"
    assert list(tmp_path.iterdir()) == []


def test_two_folders_never_share_their_sockets(tmp_path: Path) -> None:
    assert socket_folder(tmp_path / "one") != socket_folder(tmp_path / "two")


@pytest.mark.parametrize("name", ["OWNER_DATABASE_URL", "DATABASE_URL"])
def test_a_single_address_is_the_owners_and_the_other_roles_get_passwords_of_ours(tmp_path: Path, name: str) -> None:
    found = addresses(tmp_path, {name: OWNER})
    password = (tmp_path / "secrets" / "headwater_app").read_text().strip()
    assert found.owner_url == OWNER
    assert found.app_url == f"postgresql://headwater_app:{password}@db.example:5433/shop?sslmode=require"
    assert found.collector_url.startswith("postgresql://headwater_collector:")
    assert found == addresses(tmp_path, {name: OWNER})
    assert derived_roles({name: OWNER}) == ["headwater_app", "headwater_collector"]


@pytest.mark.parametrize(
    ("given", "owner", "app", "collector", "made"),
    [
        ((OWNER, APP, COLLECTOR), OWNER, APP, COLLECTOR, []),
        ((OWNER, APP, ""), OWNER, APP, None, ["headwater_collector"]),
        (("", APP, COLLECTOR), APP, APP, COLLECTOR, []),
    ],
)
def test_given_addresses_are_kept(
    tmp_path: Path, given: tuple[str, ...], owner: str, app: str, collector: str | None, made: list[str]
) -> None:
    environ = dict(zip(("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL"), given, strict=True))
    found = addresses(tmp_path, environ)
    assert (found.owner_url, found.app_url) == (owner, app)
    assert collector is None or found.collector_url == collector
    assert derived_roles(environ) == made


@pytest.mark.parametrize(
    ("url", "for_celery"),
    [
        ("redis://cache.example:6379/2", "redis://cache.example:6379/2"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock"),
    ],
)
def test_a_given_redis_is_named_to_celery_in_its_own_words(tmp_path: Path, url: str, for_celery: str) -> None:
    found = addresses(tmp_path, {"REDIS_URL": url})
    assert (found.redis_url, found.celery_broker_url) == (url, for_celery)


def test_a_socket_folder_that_somebody_else_put_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TemporaryDirectory() as short:
        monkeypatch.setenv("TMPDIR", short)
        socket_folder(tmp_path).symlink_to(tmp_path)
        assert socket_folder(tmp_path).parent == Path(short).resolve()
        with pytest.raises(CannotStart, match="made by somebody else"):
            make_socket_folder(tmp_path)


def test_a_socket_folder_whose_path_would_be_too_long_is_made_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("long" * 20)))
    assert socket_folder(tmp_path).parent == Path("/tmp")


def test_a_new_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = make_data_folder(tmp_path / "a" / "data")
    assert folder.stat().st_mode & 0o777 == 0o700
