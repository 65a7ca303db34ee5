"""Secrets that programs carry: made here, shown once, kept as hashes."""

import base64
import hashlib
import hmac
import secrets

WRITE_KEY = "hw_w_"
TOKEN = "hw_t_"  # noqa: S105 - the beginning that tells a token from a write key
INVITATION = "hw_i_"
# 25 bytes are 200 bits, and exactly 40 letters of base 32.
_BYTES = 25
# The kind and eight letters: enough to tell keys apart, not enough to guess the rest.
_SHOWN = 13


def new_secret(kind: str) -> str:
    """A new secret of 200 random bits that begins with its kind."""
    return kind + _letters(secrets.token_bytes(_BYTES))


def derive_secret(kind: str, bearer: str, occasion: str) -> str:
    """The secret that a bearer's `occasion` always gives; as hard to guess as the bearer's own token."""
    digest = hmac.digest(bearer.encode(), f"{kind}\n{occasion}".encode(), "sha256")
    return kind + _letters(digest[:_BYTES])


def digest_of(secret: str) -> bytes:
    """The SHA-256 by which a secret is kept and found; any text is digested, nothing raises."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def prefix_of(secret: str) -> str:
    """The part of a secret that may be shown again."""
    return secret[:_SHOWN]


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().lower()
