"""The script that customers' pages include, read once and served from the collector's own address."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from tracking.collector.answers import Answer, answer

PATH = "/hw.js"
FILE = Path(__file__).resolve().parents[1] / "static" / "tracking" / "hw.js"
# An hour until a mended one is everywhere; a day in which an old one serves while the new one is fetched.
CACHED = b"public, max-age=3600, stale-while-revalidate=86400"
METHODS = ("GET", "HEAD")


def answer_snippet(method: str, headers: list[tuple[bytes, bytes]]) -> Answer | None:
    """The script, packed where the browser takes that; nothing but its name if it has it already. None: not built."""
    content = _read()
    if content is None:
        return None
    plain, packed, etag = content
    asked = {name.lower(): value for name, value in headers}
    shared = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"cache-control", CACHED),
        (b"etag", etag),
        (b"vary", b"accept-encoding"),
        (b"access-control-allow-origin", b"*"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if etag in asked.get(b"if-none-match", b"").replace(b"W/", b""):
        return answer(304, b"", shared)
    takes_gzip = b"gzip" in asked.get(b"accept-encoding", b"")
    body = packed if takes_gzip else plain
    made = answer(200, body, [*shared, (b"content-encoding", b"gzip")] if takes_gzip else shared)
    return Answer(made.start, {**made.body, "body": b""}) if method == "HEAD" else made


@cache
def _read() -> tuple[bytes, bytes, bytes] | None:
    """The script plain, packed, and by its name."""
    try:
        plain = FILE.read_bytes()
    except OSError:
        return None
    return plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"'.encode()
