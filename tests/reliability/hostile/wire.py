"""HTTP itself, broken: lengths that lie, chunks that do not end, heads that never come. Plain sockets."""

import gzip
import socket
import time
from base64 import b64encode

HEAD = (
    "POST /v1/{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic {auth}\r\ncontent-type: application/json\r\n"
)


def head_of(key: str, path: str, *more: str) -> bytes:
    """A head with everything but what `more` says; the empty line included."""
    auth = b64encode(f"{key}:".encode()).decode()
    return (HEAD.format(path=path, auth=auth) + "".join(f"{line}\r\n" for line in more) + "\r\n").encode()


def talk(port: int, *parts: bytes, pause_s: float = 0.0, patience_s: float = 15.0) -> tuple[int, float]:
    """Send the parts; the status of the answer (0: none within our patience) and the seconds it took after the last."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_s)
        except (BrokenPipeError, ConnectionResetError):
            pass  # An answer may have come before all was said.
        began_at = time.monotonic()
        try:
            answer = connection.recv(4096)
        except (ConnectionResetError, TimeoutError):
            answer = b""
        status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
        return status, time.monotonic() - began_at


def bomb(size: int = 200 * 1024 * 1024) -> bytes:
    """Zeros, packed a thousand to one."""
    packer = gzip.zlib.compressobj(9, wbits=31)  # type: ignore[attr-defined]
    block = bytes(1024 * 1024)
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
