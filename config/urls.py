"""The map of the site."""

from django.urls import include, path

from config.health import healthz
from config.metrics import metrics
from config.trouble import answer_trouble

handler500 = answer_trouble
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("config.api_urls")),
    path("", include("accounts.urls")),
    path("", include("web.urls")),
]
