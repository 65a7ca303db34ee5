"""The map of the API; whatever is not on it answers 404 in the API's own shape."""

from django.urls import URLPattern, URLResolver, re_path

from accounts.api.views import NothingHere

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"", NothingHere.as_view(), name="nothing-here"),
]
