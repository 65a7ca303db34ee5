"""What endpoints ask in the same way: a page of a list, an answer once, a body that is checked."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer

from accounts.api.idempotency import HEADER, SHAPE
from accounts.api.pages import CURSOR, MOST, USUAL
from accounts.api.strict import find_wrong_types

PAGE = [
    OpenApiParameter("cursor", CURSOR, description="Where the page before ended: take the whole address from `next`."),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MOST}, description=f"1 to {MOST}, usually {USUAL}."
    ),
]
ONCE = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": f"^{SHAPE}$"},
    location=OpenApiParameter.HEADER,
    description="A repeat with the same key gets the first answer again for a day.",
)


def read_body(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    """What was posted, checked; raises ValidationError naming the fields."""
    serializer.is_valid(raise_exception=True)
    if wrong := find_wrong_types(serializer, serializer.initial_data):
        raise ValidationError(wrong)
    given: dict[str, Any] = serializer.validated_data
    return given
