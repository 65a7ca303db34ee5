"""The map of the API; whatever is not on it answers 404 in the API's own shape."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.api.schema import ApiDocsView, SchemaView
from accounts.api.views import NothingHere

# The description holds nobody's data, so no token is asked for it.
OPEN: dict[str, list[type]] = {"authentication_classes": [], "permission_classes": []}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("tracking.api.urls")),
    path("", include("campaigns.api.urls")),
    path("", include("reports.api.urls")),
    path("", include("reports.api.urls_analysis")),
    re_path(r"^schema/?$", SchemaView.as_view(**OPEN), name="api-schema"),
    re_path(r"^docs/?$", ApiDocsView.as_view(**OPEN, url_name="api-schema"), name="api-docs"),
    re_path(r"", NothingHere.as_view(), name="api-nothing-here"),
]
