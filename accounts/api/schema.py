"""What the schema cannot read from the code itself, and the page that shows it."""

from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language, override
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

# A tenth of a second of work each, and never another as long as this process lives: by language and media type.
_made: dict[tuple[str | None, str], "_Made"] = {}


class _Made(NamedTuple):
    content: bytes
    headers: dict[str, str]


class SchemaView(SpectacularAPIView):
    """The description of the API, the same for everybody; made once for each language and format."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: object, **kwargs: object) -> HttpResponseBase | None:
        """Answer with what was made before, or with 304 to whoever has it."""
        asked = request.GET.get("lang")
        language = asked if asked in dict(settings.LANGUAGES) else get_language()
        key = (language, request.accepted_renderer.media_type)
        if key not in _made:
            with override(language):
                _made[key] = self._make(request)
        made = _made[key]
        answer = HttpResponse(made.content, headers=made.headers)
        return get_conditional_response(request, made.headers["ETag"], response=answer)

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version; what somebody writes into the address must not be kept for others."""

    def _make(self, request: Request) -> _Made:
        answer = self._get_schema_response(request)
        answer.accepted_renderer, answer.accepted_media_type = request.accepted_renderer, request.accepted_media_type
        answer.renderer_context = self.get_renderer_context()
        content = answer.render().content
        return _Made(content, {**answer.headers, "ETag": quote_etag(sha256(content).hexdigest())})


class ApiDocsView(SpectacularSwaggerSplitView):
    """Swagger's page from files of our own, without anything inline."""

    template_name = "accounts/api_docs.html"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes the header."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An agency's or a workspace's token."}
