"""Parts of addresses that hold what customers send, however odd."""

import base64
import binascii
import re

_PLAIN = re.compile(r"[A-Za-z0-9_@+:-][A-Za-z0-9_.@+:-]*", re.ASCII)


class AliasConverter:
    """An id of a person: plain ones as they are, others packed behind a tilde.

    Slashes, dots alone, line ends and the like do not survive an address, whatever the escape.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if not value.startswith("~"):
            return value
        packed = value[1:]
        try:
            return base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise ValueError("not an id") from wrong

    def to_url(self, value: str) -> str:
        if _PLAIN.fullmatch(value):
            return value
        return "~" + base64.urlsafe_b64encode(value.encode("utf-8", "surrogatepass")).decode().rstrip("=")
