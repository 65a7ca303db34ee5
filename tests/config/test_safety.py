"""What Headwater does not start with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import safety
from config.embedded import Addresses, CannotStart
from config.embedded.launch import Wishes

HOUSE = Path(__file__).resolve().parents[2]
SECRET = "q3v8-Rk2ZtYw7LmXc9BnHd4Ps6Gf1JaQe5UoTiVyWzKrMxNbCl"


@pytest.mark.parametrize("secret", ["", "short", "a" * 80, "django-insecure-" + SECRET, SECRET[:49]])
def test_a_secret_that_could_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(CannotStart, match="SECRET_KEY must be 50 random characters"):
        safety.refuse_unsafe_settings(secret_key=secret, debug=False, base_url="http://127.0.0.1:8000", proxies=0)


@pytest.mark.parametrize(
    ("debug", "base_url", "proxies", "refused"),
    [
        (False, "https://hw.example.com", 1, False),
        (True, "http://127.0.0.1:8000", 0, False),
        (True, "http://localhost:8000", 0, False),
        (True, "http://[::1]:8000", 0, False),
        (True, "https://hw.example.com", 0, True),
        (True, "http://10.1.2.3", 0, True),
        (True, "http://127.0.0.1:8000", 1, True),
    ],
)
def test_debug_is_for_this_machine_only(debug: bool, base_url: str, proxies: int, refused: bool) -> None:
    settings = {"secret_key": SECRET, "debug": debug, "base_url": base_url, "proxies": proxies}
    if not refused:
        safety.refuse_unsafe_settings(**settings)
        return
    with pytest.raises(CannotStart, match="DEBUG shows settings"):
        safety.refuse_unsafe_settings(**settings)


def test_every_command_refuses_a_short_secret(tmp_path: Path) -> None:
    environ = {**os.environ, "HEADWATER_DATA": str(tmp_path / "data"), "SECRET_KEY": "too short"}
    command = [sys.executable, "manage.py", "version"]
    done = subprocess.run(command, cwd=HOUSE, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("Headwater cannot start: SECRET_KEY must be 50")


@pytest.mark.parametrize("name", safety.DURABILITY)
def test_each_switch_of_durability_counts(name: str) -> None:
    safe = dict.fromkeys(safety.DURABILITY, "on")
    assert safety.durability_faults(safe) == []
    assert safety.durability_faults({**safe, "synchronous_commit": "remote_apply"}) == []
    assert safety.durability_faults({**safe, name: "off"}) == [f"{name} is off"]


def test_a_database_that_answers_too_early_is_refused(servers: Addresses) -> None:
    # The tests' own server is one: what it holds is thrown away.
    with pytest.raises(CannotStart, match="role headwater_collector: fsync is off, full_page_writes is off, synchr"):
        safety.refuse_forgetful_database(servers.collector_url)
    assert safety.forgets_bells(servers.redis_url)


@pytest.mark.parametrize(
    ("host", "base_url", "public"),
    [
        ("127.0.0.1", "", False),
        ("::1", "http://localhost:8000", False),
        ("0.0.0.0", "", True),
        ("192.168.1.5", "", True),
        ("127.0.0.1", "https://hw.example.com", True),
    ],
)
def test_who_can_reach_us_decides_over_the_demo(
    host: str, base_url: str, public: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASE_URL", base_url)
    assert Wishes(host=host).is_public is public


def test_whoever_trusts_a_proxy_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    assert Wishes().is_public
