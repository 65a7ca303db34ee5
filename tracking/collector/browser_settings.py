"""The settings that analytics.js asks for before it sends: that there is nothing but our own door."""

import re
from typing import Any

from tracking.collector import answers
from tracking.collector.answers import Answer

_PATH = re.compile(r"/v1/projects/([^/]{1,255})/settings/?")


def key_of_settings(path: str) -> str | None:
    """The write key in the address of settings; None for any other address."""
    asked = _PATH.fullmatch(path)
    return asked[1] if asked else None


def answer_settings(key: str, scope: dict[str, Any], proxies: int) -> Answer:
    """Settings that lead back to the host that was asked; the client sends no figures about itself.

    With `proxies` in front, the scheme is the one they name, https where they name none.
    """
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    scheme = headers.get(b"x-forwarded-proto", b"https").decode("latin-1") if proxies else scope["scheme"]
    door = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": scheme, "addBundledMetadata": False}
    return answers.json(
        200,
        {
            "integrations": {"Segment.io": door},
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
            "edgeFunction": {},
            "metrics": {"sampleRate": 0},
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        },
    )
