"""What happens to programs that end, and to what they say."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import supervisor as module
from config.embedded.folders import CannotStart
from config.embedded.supervisor import QUICK_DEATH_S, QUICK_DEATHS, Program, Runner, Supervisor


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path


def wait(is_true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_short_lives_are_counted_and_long_ones_forgive(data_dir: Path) -> None:
    runner = Runner(Program("a", ["true"]), data_dir, say=lambda name, line: None)
    waits = []
    for _ in range(QUICK_DEATHS):
        runner.started_at = 100.0
        runner.note_death(101.0)
        waits.append(runner.start_again_at - 101.0)
    assert runner.quick_deaths == QUICK_DEATHS
    assert waits == sorted(set(waits))

    runner.note_death(100.0 + QUICK_DEATH_S)
    assert (runner.quick_deaths, runner.start_again_at) == (0, 100.0 + QUICK_DEATH_S)


def test_a_program_that_keeps_dying_is_named(data_dir: Path) -> None:
    running = Supervisor(data_dir, say=lambda name, line: None)
    running.start(Program("hopeless", ["false"]))
    running.runners[0].quick_deaths = QUICK_DEATHS - 1
    wait(lambda: running.watch() == "hopeless")


def test_a_program_that_ends_before_it_is_ready_is_told_with_its_log(data_dir: Path) -> None:
    running = Supervisor(data_dir, say=lambda name, line: None)
    with pytest.raises(CannotStart, match=r"hopeless ended at once; see .*/logs/hopeless\.log"):
        running.start(Program("hopeless", ["false"]), is_ready=lambda: False)


def test_lines_go_to_the_terminal_and_to_a_log_that_does_not_grow_for_ever(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOG_BYTES", 100)
    said: list[tuple[str, str]] = []
    running = Supervisor(data_dir, say=lambda name, line: said.append((name, line)))
    script = "for i in range(12): print(f'line {i} of the story, {chr(228)}', flush=True)"
    running.start(Program("teller", [sys.executable, "-X", "utf8", "-c", script], once=True))
    wait(lambda: len(said) == 12)

    assert said[3] == ("teller", "line 3 of the story, ä")
    wait(lambda: running.take_result("teller") == 0)
    now, before = (data_dir / "logs" / name for name in ("teller.log", "teller.log.1"))
    assert now.stat().st_size <= 130
    assert before.stat().st_size <= 130
    assert now.read_text().endswith("line 11 of the story, ä\n")


def test_stopping_asks_first_and_kills_what_does_not_listen(data_dir: Path) -> None:
    said: list[str] = []
    running = Supervisor(data_dir, say=lambda name, line: said.append(f"{name}: {line}"))
    polite = "import signal, time\nsignal.signal(15, lambda *_: (print('goodbye', flush=True), exit(0)))\n"
    deaf = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\n"
    rest = "print('here', flush=True)\nwhile True: time.sleep(1)"
    running.start(Program("polite", [sys.executable, "-c", polite + rest]))
    running.start(Program("deaf", [sys.executable, "-c", deaf + rest], grace_s=0.5))
    wait(lambda: {"polite: here", "deaf: here"} <= set(said))

    runners = {runner.program.name: runner for runner in running.runners}
    running.stop()
    wait(lambda: "polite: goodbye" in said)
    assert {name: runner.exit_code for name, runner in runners.items()} == {"polite": 0, "deaf": 128 + 9}
