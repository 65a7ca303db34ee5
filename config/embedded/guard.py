"""Run one program, and stop it cleanly when whoever started us goes away.

`guard.py LOCK SIGNAL GRACE_SECONDS PROGRAM ARGUMENT…` – its standard input is a pipe held by the supervisor:
when the supervisor ends, even by SIGKILL, the pipe closes and the program gets its signal. The program and all
its children hold LOCK, so whoever comes next can tell whether any of them is still there. Started by path,
without site-packages.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading

HELD_BY_ANOTHER = 75


class Guard:
    """One program in a process group of its own."""

    def __init__(self, lock: int, stop_signal: int, grace_s: float, command: list[str]) -> None:
        self.stop_signal = stop_signal
        self.grace_s = grace_s
        listener = os.environ.get("HEADWATER_LISTENER")
        inherited = (lock, int(listener)) if listener else (lock,)
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=inherited, process_group=0)
        note = f"{self.child.pid} {os.getpid()}\n".encode()
        # In this order nobody ever reads an empty file.
        os.pwrite(lock, note, 0)
        os.ftruncate(lock, len(note))

    def stop(self, *_: object) -> None:
        """Ask the program to end; whatever is left of it after the grace is killed."""
        self._send(self.stop_signal, to_all=False)
        timer = threading.Timer(self.grace_s, self._send, args=(signal.SIGKILL,))
        timer.daemon = True
        timer.start()

    def _send(self, number: int, *, to_all: bool = True) -> None:
        try:
            os.killpg(self.child.pid, number) if to_all else os.kill(self.child.pid, number)
        except ProcessLookupError:
            pass

    def wait(self) -> int:
        """Wait for the program's end, then end what it left behind; its exit code, or 128 + signal."""
        code = self.child.wait()
        self._send(signal.SIGKILL)
        return code if code >= 0 else 128 - code


def main() -> int:
    """Run the program named on the command line until it ends or our standard input closes."""
    lock_path, stop_signal, grace_s, *command = sys.argv[1:]
    lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return HELD_BY_ANOTHER
    guard = Guard(lock, signal.Signals[f"SIG{stop_signal}"], float(grace_s), command)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, guard.stop)
    threading.Thread(target=_stop_at_end_of_input, args=(guard,), daemon=True).start()
    return guard.wait()


def _stop_at_end_of_input(guard: Guard) -> None:
    while os.read(0, 4096):
        pass
    guard.stop()


if __name__ == "__main__":
    sys.exit(main())
