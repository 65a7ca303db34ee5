"""When kernels are compiled, and when they are only loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import kernels

HOUSE = Path(__file__).resolve().parents[2]


def test_compiled_once_they_count_until_the_code_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    assert not kernels.are_compiled(tmp_path / "cache")
    subprocess.run([sys.executable, "-m", "config.kernels"], cwd=HOUSE, check=True, timeout=120)
    assert kernels.are_compiled(tmp_path / "cache")

    monkeypatch.delenv("NUMBA_DISABLE_JIT")
    assert not kernels.are_compiled(tmp_path / "cache")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    core = tmp_path / "attribution" / "core"
    core.mkdir(parents=True)
    (core / "kernel.py").write_text("something else")
    monkeypatch.setattr(kernels, "ROOT", tmp_path)
    assert not kernels.are_compiled(tmp_path / "cache")


def test_no_kernel_waits_for_its_first_user() -> None:
    having = {
        ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        for path in HOUSE.glob("*/core/*.py")
        if "def warm_up(" in path.read_text()
    }
    assert having == set(kernels.COMPILED)
