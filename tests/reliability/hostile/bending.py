"""Bodies whose bytes are bent: cut, packed wrongly, in another encoding, or with some of them changed."""

import gzip
import zlib
from random import Random

ENCODINGS = ["gzip", "GZIP", "x-gzip", "deflate", "br", "gzip, gzip", "identity", "", "zstd", "\xff"]


def bend_bytes(random: Random, body: bytes) -> tuple[bytes, str]:
    """Mostly leave the bytes as they are; the second is the Content-Encoding to claim."""
    chance = random.random()
    if chance < 0.6:
        return body, ""
    if chance < 0.7:
        return body[: random.randrange(len(body) + 1)], ""
    if chance < 0.8:
        return _packed(random, body), random.choice(ENCODINGS[:3])
    if chance < 0.85:
        return body, random.choice(ENCODINGS)
    if chance < 0.9:
        return body.decode("utf-8", "replace").encode(random.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"])), ""
    return _flipped(random, body), ""


def _packed(random: Random, body: bytes) -> bytes:
    packed = gzip.compress(body, 1)
    match random.randrange(6):
        case 0:
            return packed[: random.randrange(len(packed))]
        case 1:
            return packed + gzip.compress(b" ", 1) * random.randrange(80)
        case 2:
            return _flipped(random, packed)
        case 3:
            return zlib.compress(body)
    return packed


def _flipped(random: Random, body: bytes) -> bytes:
    bent = bytearray(body or b" ")
    for _ in range(random.randint(1, 6)):
        bent[random.randrange(len(bent))] = random.randrange(256)
    return bytes(bent)
