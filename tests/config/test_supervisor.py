"""What happens to programs that end, and to what they say."""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import stack
from config.embedded import supervisor as module
from config.embedded.folders import CannotStart
from config.embedded.supervisor import LONGEST_PAUSE_S, QUICK_DEATH_S, QUICK_DEATHS, Program, Runner, Supervisor


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

    assert (waits[0], runner.is_hopeless) == (0.0, True)

    runner.note_death(100.0 + QUICK_DEATH_S)
    assert (runner.quick_deaths, runner.start_again_at) == (0, 100.0 + QUICK_DEATH_S)
    for _ in range(50):
        runner.note_death(100.5)
    assert (runner.start_again_at - 100.5, runner.is_hopeless) == (LONGEST_PAUSE_S, False)


def test_a_server_that_is_soon_up_is_started_again_at_once_each_time(data_dir: Path) -> None:
    runner = Runner(stack.postgres_program(data_dir), data_dir, say=lambda name, line: None)
    for _ in range(QUICK_DEATHS):
        runner.note_death(now=runner.started_at + 3.0)
        assert runner.start_again_at == runner.started_at + 3.0
    # One that ends before it is up is not started again and again without a pause.
    for _ in range(QUICK_DEATHS):
        runner.note_death(now=runner.started_at + 0.2)
    assert runner.start_again_at > runner.started_at + 2.0


def test_a_program_that_keeps_dying_is_named(data_dir: Path) -> None:
    running = Supervisor(data_dir, say=lambda name, line: None)
    running.start(Program("hopeless", ["false"]))
    running.runners[0].quick_deaths = QUICK_DEATHS - 1
    wait(lambda: running.watch() == "hopeless")


def can_be_read(client: socket.socket) -> bool:
    return bool(select.select([client], [], [], 0)[0])


SIGNING = """
import os, pathlib, time
while True:
    pathlib.Path(os.environ["HEADWATER_SIGN"]).touch()
    time.sleep(0.05)
"""


def test_a_program_that_hangs_is_killed_and_started_again(data_dir: Path) -> None:
    said: list[str] = []
    running = Supervisor(data_dir, say=lambda name, line: said.append(line))
    running.start(Program("signing", [sys.executable, "-c", SIGNING], silent_s=2.0))
    (runner,) = running.runners
    wait(runner.sign_path.exists)

    def watch_until(is_true: Callable[[], bool]) -> None:
        wait(lambda: (running.watch(), is_true())[1])

    until = time.monotonic() + 3
    watch_until(lambda: time.monotonic() > until)
    assert said == []
    hung = running.process_id("signing")
    os.kill(hung, signal.SIGSTOP)
    watch_until(lambda: len(said) == 2)
    assert said == ["signing gives no sign of life; ending it.", "signing ended with -9; starting it again."]
    watch_until(lambda: running.process_id("signing") != hung)
    wait(runner.sign_path.exists)
    running.stop()


def test_whoever_was_stopped_with_its_supervisor_gets_as_long_again(data_dir: Path) -> None:
    running = Supervisor(data_dir, say=lambda name, line: None)
    running.start(Program("signing", [sys.executable, "-c", SIGNING], silent_s=0.5))
    (runner,) = running.runners
    wait(lambda: running.watch() == "" and runner.sign is not None)
    first = runner.process
    os.kill(running.process_id("signing"), signal.SIGSTOP)
    running.watched_at -= module.PAUSED_S + 1
    runner.sign_seen_at -= module.PAUSED_S + 1
    running.watch()
    assert runner.process is first
    assert runner.is_alive
    wait(lambda: running.watch() == "" and runner.process is not first)
    running.stop()


def test_a_listener_outlives_whoever_answers_on_it(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        script = (
            "import os, socket\nlistener = socket.socket(fileno=int(os.environ['HEADWATER_LISTENER']))\n"
            "client, _ = listener.accept()\nclient.sendall(b'%d' % os.getpid())\nclient.close()\n"
        )
        running = Supervisor(data_dir, say=lambda name, line: None)
        running.start(Program("answering", [sys.executable, "-c", script], listener=listener.fileno()))
        answers = set()
        for _ in range(3):
            with socket.create_connection(listener.getsockname(), timeout=20) as client:
                client.setblocking(False)
                wait(lambda client=client: running.watch() == "" and can_be_read(client))
                answers.add(client.recv(100))
        assert len(answers - {b""}) == 3
        running.stop()


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
