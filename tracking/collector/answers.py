"""What the collector answers, as Segment's clients expect it."""

from dataclasses import dataclass

import msgspec

CORS = [(b"access-control-allow-origin", b"*")]
PREFLIGHT = [
    *CORS,
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-retry-count"),
    (b"access-control-max-age", b"86400"),
]
JSON = [(b"content-type", b"application/json"), *CORS]


# A transparent picture of one pixel, which old pages ask for instead of a script's request.
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
NOT_KEPT = (b"cache-control", b"no-store")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response: the two messages that ASGI wants."""

    start: dict[str, object]
    body: dict[str, object]

    @property
    def status(self) -> object:
        return self.start["status"]


def answer(status: int, content: bytes, headers: list[tuple[bytes, bytes]]) -> Answer:
    """A response with its length."""
    headers = [*headers, (b"content-length", str(len(content)).encode())]
    return Answer(
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": content},
    )


def refusal(status: int, code: str, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    """An error in the shape that the clients read."""
    return answer(status, msgspec.json.encode({"code": code, "message": message}), [*JSON, *headers])


def json(status: int, content: object) -> Answer:
    """An answer of any JSON."""
    return answer(status, msgspec.json.encode(content), JSON)


def wait(status: int, code: str, message: str, seconds: int) -> Answer:
    """Come again in so many seconds; browsers may read the headers too."""
    text = str(seconds).encode()
    return refusal(
        status,
        code,
        message,
        (b"retry-after", text),
        # Seconds, not a date: clients of browsers multiply it by 1,000 and sleep.
        (b"x-ratelimit-reset", text),
        (b"access-control-expose-headers", b"retry-after, x-ratelimit-reset"),
    )


ACCEPTED = answer(200, b'{"success": true}', JSON)
PREFLIGHT_ANSWER = answer(200, b"", PREFLIGHT)
NOT_FOUND = refusal(404, "not_found", "There is nothing at this address.")
METHOD_NOT_ALLOWED = refusal(405, "method_not_allowed", "Only POST is answered here.", (b"allow", b"POST, OPTIONS"))
READ_ONLY = refusal(405, "method_not_allowed", "Only GET is answered here.", (b"allow", b"GET, HEAD"))
UNKNOWN_KEY = refusal(401, "unknown_write_key", "The write key is missing, unknown or revoked.")
UNKNOWN_ENCODING = refusal(415, "unknown_encoding", "The only Content-Encoding understood is gzip.")
TOO_SLOW = refusal(408, "too_slow", "The body did not arrive in time.", (b"connection", b"close"))
UNAVAILABLE = wait(503, "unavailable", "The events could not be stored now; send them again.", 1)

# For Matomo's clients.
IMAGE = answer(200, PIXEL, [(b"content-type", b"image/gif"), NOT_KEPT, *CORS])
NO_CONTENT = Answer(
    {"type": "http.response.start", "status": 204, "headers": [NOT_KEPT, *CORS]},
    {"type": "http.response.body", "body": b""},
)
HITS_GREETING = answer(
    200, b"This address takes hits in the shape of Matomo's clients.", [(b"content-type", b"text/plain"), *CORS]
)
HITS_PREFLIGHT = answer(
    200, b"", [(name, b"GET, POST, OPTIONS" if name.endswith(b"methods") else value) for name, value in PREFLIGHT]
)
HITS_METHODS = refusal(
    405, "method_not_allowed", "Only GET and POST are answered here.", (b"allow", b"GET, POST, OPTIONS")
)
UNKNOWN_SITE = refusal(400, "unknown_site", "idsite: There is no site of this number.")
