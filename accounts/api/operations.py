"""What the description says of every operation: the errors it can answer, all of one shape."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.fields import CharField

# As in accounts.permissions, which cannot be imported while the library's own views are.
READING = {"GET", "HEAD"}
# Every answer but the wanted one: its name in the description, and what it says.
ERRORS = {
    400: ("Invalid", "Something in the address or the body is not right; `errors` names the fields."),
    401: ("NoToken", "There is no token, or it is not valid any more."),
    403: ("NotAllowed", "This token may not do that."),
    404: ("NotFound", "There is no such thing, or it is not yours to see."),
    409: ("Conflict", "This does not go with what is there already."),
    413: ("TooLarge", "The body is longer than the API reads."),
    415: ("NotJson", "The body is not of a type that this address reads."),
    503: ("Unavailable", "This cannot be answered just now; the same again will be, later."),
}
_TEXT = {"type": "string"}
_ERROR = {
    "type": "object",
    "description": "Why a request was not answered.",
    "required": ["type", "code", "message", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "code": {"type": "string", "description": "For programs; stays the same."},
        "message": {"type": "string", "description": "For people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "nullable": True, "description": "With dots into lists and objects."},
                    "code": _TEXT,
                    "message": _TEXT,
                },
            },
        },
    },
}
_AGAIN = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
COMPONENTS = {
    "schemas": {"Error": _ERROR},
    "responses": {
        name: {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            **({"headers": _AGAIN} if status == 503 else {}),
        }
        for status, (name, text) in ERRORS.items()
    },
}


class ApiSchema(AutoSchema):
    """An operation with every error it can answer, as the views' own words say."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if direction != "response" or self.get_auth() is None or not self.get_auth():
            return bodies
        named = {str(status): {"$ref": f"#/components/responses/{ERRORS[status][0]}"} for status in self.find_errors()}
        return {**bodies, **named}

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)
        is_text = isinstance(field, CharField) and schema.get("type") == "string" and "format" not in schema
        if is_text and direction == "request" and not field.allow_blank:
            # Spaces around are taken off, and something must be left.
            schema = {**schema, "minLength": max(1, schema.get("minLength", 0)), "pattern": r"\S"}
        return schema

    def find_errors(self) -> list[int]:
        """The statuses of the errors this operation can answer."""
        writes = self.method not in READING
        holds = {
            # Any address may have a query with a character that nothing can keep.
            400: True,
            401: True,
            403: getattr(self.view, "manage_only", False) or (writes and not getattr(self.view, "only_asks", False)),
            404: "{" in self.path,
            # A repeat of an Idempotency-Key with something else, or what the view itself names.
            409: self.method == "POST" or self.method in getattr(self.view, "may_conflict", ()),
            413: self._has_body(),
            415: self._has_body(),
            503: True,
        }
        return [status for status, can_be in holds.items() if can_be]

    def _has_body(self) -> bool:
        return self._get_request_body() is not None


def add_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The description with the one shape of errors, the answers that have it, and no parameter without a value."""
    for operation in (one for path in result["paths"].values() for one in path.values()):
        for parameter in operation.get("parameters", []):
            if (
                parameter["in"] == "query"
                and set(parameter["schema"]) == {"type"}
                and parameter["schema"]["type"] == "string"
            ):
                parameter["schema"] = {"type": "string", "minLength": 1}
    for kind, named in COMPONENTS.items():
        result["components"][kind] = dict(sorted({**result["components"].get(kind, {}), **named}.items()))
    return result
