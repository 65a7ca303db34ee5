"""The web process: uvicorn, on a port of its own or on the supervisor's socket, where two take turns.

`python -m config.serve APPLICATION [--host A] [--port N]`. Two that share a socket share a lock beside the data: one
holds it and answers, the other has everything loaded and waits. A kill passes the turn on in milliseconds, and no
limit that is counted in the process (events a second, connections of an address) counts twice.
"""

import argparse
import asyncio
import fcntl
import os
import socket
import threading
import time
from importlib import import_module
from pathlib import Path

import uvicorn
from django.conf import settings

from config import garbage, pulse
from config.embedded.stack import BACKLOG

SIGN_EVERY_S = 1.0


def read_arguments() -> argparse.Namespace:
    """The command line."""
    reader = argparse.ArgumentParser(description="Serve pages and collector.")
    reader.add_argument("application")
    reader.add_argument("--host", default="127.0.0.1")
    reader.add_argument("--port", type=int, default=8000)
    return reader.parse_args()


def configure(application: str, host: str, port: int) -> uvicorn.Config:
    """Uvicorn's settings."""
    return uvicorn.Config(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http="config.gate:GatedProtocol",
        ws="none",
        # An access line per event would cost more than the event.
        access_log=False,
        server_header=False,
        # Who may name the client in a header is a setting of ours (TRUSTED_PROXIES), not of the server.
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        backlog=BACKLOG,
        log_level="warning",
    )


class SignedServer(uvicorn.Server):
    """A server whose signs of life come from the loop that answers."""

    async def main_loop(self) -> None:
        """Serve until told to end."""
        signing = asyncio.ensure_future(_sign_on())
        try:
            await super().main_loop()
        finally:
            signing.cancel()


async def _sign_on() -> None:
    while True:
        pulse.sign()
        await asyncio.sleep(SIGN_EVERY_S)


def take_turn(path: Path) -> None:
    """Wait until whoever answers now is gone; the turn ends with this process."""
    waiting = threading.Event()
    threading.Thread(target=_sign_while, args=(waiting,), daemon=True).start()
    # Never closed: the kernel lets go of it, and in no other way.
    fcntl.flock(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), fcntl.LOCK_EX)
    waiting.set()


def _sign_while(waiting: threading.Event) -> None:
    while not waiting.is_set():
        pulse.sign()
        time.sleep(SIGN_EVERY_S)


def load_pages() -> None:
    """Import what the pages need."""
    import_module(settings.ROOT_URLCONF)
    garbage.settle()


def main() -> None:
    """Load everything, wait for our turn where there is one, and serve."""
    wanted = read_arguments()
    config = configure(wanted.application, wanted.host, wanted.port)
    config.load()
    # Seconds of work that the first page would wait for, and events do not.
    threading.Thread(target=load_pages, daemon=True).start()
    listener = os.environ.get("HEADWATER_LISTENER")
    if not listener:
        SignedServer(config).run()
        return
    take_turn(settings.DATA_DIR / "run" / "web.turn")
    SignedServer(config).run(sockets=[socket.socket(fileno=int(listener))])


if __name__ == "__main__":
    main()
