"""Reads what was posted with an event; whatever is missing or of another type reads as absent."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec


def read_payload(text: str | None) -> Mapping[str, Any]:
    """The posted object; empty if there is none."""
    if not text:
        return {}
    try:
        payload = msgspec.json.decode(text)
    except msgspec.MsgspecError:
        # Numbers beyond every float, which the database keeps and only the slow reader knows.
        payload = json.loads(text)
    return as_object(payload)


def as_object(value: object) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_text(value: object) -> str:
    """`value` if it is text, else an empty one."""
    return value if isinstance(value, str) else ""


def look_up(properties: Mapping[str, Any], path: str) -> Any:
    """The property of that very name, else the one its dots lead to; None if there is none."""
    if path in properties:
        return properties[path]
    value: Any = properties
    for name in path.split("."):
        value = as_object(value).get(name)
    return value
