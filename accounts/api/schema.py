"""What the schema cannot read from the code itself, and the page that shows it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularSwaggerSplitView


class ApiDocsView(SpectacularSwaggerSplitView):
    """Swagger's page from files of our own, without anything inline."""

    template_name = "accounts/api_docs.html"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes the header."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An agency's or a workspace's token."}
